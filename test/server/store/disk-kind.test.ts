import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { diskKind } from '../../../server/store/disk-kind.ts';
import { mountSmallDisk } from '../../helpers/server/small-disk.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const numbers = { fuse: 0x65735546, nfs: 0x6969, cifs: 0xff534d42 | 0, ext4: 0xef53 };

describe('the kind of a disk', () => {
  it('is ephemeral for a disk in memory, and for what is below it', async ({ skip }) => {
    const dir = mountSmallDisk(1);
    if (dir === undefined) return skip('this user may not mount a disk');
    await mkdir(join(dir, 'data'));
    expect(await diskKind(dir)).toBe('ephemeral');
    expect(await diskKind(join(dir, 'data'))).toBe('ephemeral');
    expect(await diskKind(join(dir, 'missing'))).toBe('unknown');
  });

  it("is ephemeral for a container's own layer", async ({ skip }) => {
    const layers = mountSmallDisk(1);
    if (layers === undefined) return skip('this user may not mount a disk');
    const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => join(layers, name));
    for (const dir of [lower, upper, work]) await mkdir(dir ?? '');
    const dir = await temporaryDir();
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    const { status, stderr } = spawnSync('mount', ['-t', 'overlay', '-o', options, 'overlay', dir]);
    if (status !== 0) return skip(`an overlay cannot be mounted here: ${String(stderr).trim()}`);
    onTestFinished(() => void spawnSync('umount', ['-l', dir]));
    expect(await diskKind(dir)).toBe('ephemeral');
  });

  it.each([
    ['nfs', 'network'],
    ['cifs', 'network'],
    ['ext4', 'local'],
  ] as const)('is told by the number of its file system: %s is %s', async (name, kind) => {
    expect(await diskKind('/', { statfs: () => Promise.resolve({ type: numbers[name] }) })).toBe(kind);
  });

  it.each([
    ['fuse.sshfs', 'network'],
    ['fuse.s3fs', 'network'],
    ['fuse.fuse-overlayfs', 'ephemeral'],
    ['fuse.something', 'unknown'],
    ['virtiofs', 'unknown'],
  ])('is told by the table of mounts where the number says FUSE: %s is %s', async (type, kind) => {
    const dir = join(await temporaryDir(), 'a disk');
    await mkdir(dir);
    const point = dir.replaceAll(' ', String.raw`\040`);
    const mounts = [
      '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
      `90 27 0:40 / ${point} rw,relatime shared:1 - ${type} name rw`,
      `91 27 0:41 / ${point}-2 rw,relatime - fuse.rclone name rw`,
    ];
    const found = await diskKind(dir, {
      statfs: () => Promise.resolve({ type: numbers.fuse }),
      readMounts: () => Promise.resolve(`${mounts.join('\n')}\n`),
    });
    expect(found).toBe(kind);
  });
});
