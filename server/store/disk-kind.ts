import { readFile, realpath, statfs } from 'node:fs/promises';
import type { Logger } from 'pino';

/**
 * What a directory stands on. `ephemeral`: memory or a container's own layer, which a restart or a new
 * deployment empties. `network`: a file system on which SQLite's locks cannot be trusted. `unknown` where the
 * system does not say.
 */
export type DiskKind = 'local' | 'ephemeral' | 'network' | 'unknown';

/** Numbers of file systems, from Linux's statfs(2). */
const kinds: ReadonlyMap<number, DiskKind> = new Map([
  [0x01021994, 'ephemeral'], // tmpfs
  [0x858458f6, 'ephemeral'], // ramfs
  [0x794c7630, 'ephemeral'], // overlay
  [0x6969, 'network'], // NFS
  [0x517b, 'network'], // SMB
  [0xff534d42, 'network'], // CIFS
  [0xfe534d42, 'network'], // SMB2
  [0x01021997, 'network'], // 9p
  [0x00c36400, 'network'], // Ceph
  [0x5346414f, 'network'], // AFS
  [0x0bd00bd0, 'network'], // Lustre
  [0x19830326, 'network'], // BeeGFS
  [0x47504653, 'network'], // GPFS
]);

/** FUSE has one number for anything; the table of mounts says what it is. */
const fuse = 0x65735546;
const fuseKinds: readonly (readonly [DiskKind, RegExp])[] = [
  ['ephemeral', /^fuse\.fuse-overlayfs$/],
  [
    'network',
    /^fuse\.(sshfs|rclone|s3fs|gcsfuse|blobfuse2?|mount-s3|glusterfs|juicefs|seaweedfs|moosefs|ceph-fuse)$/,
  ],
];

export interface DiskKindOptions {
  readonly statfs?: (dir: string) => Promise<{ readonly type: number }>;
  /** Linux' table of mounts, see proc_pid_mountinfo(5). */
  readonly readMounts?: () => Promise<string>;
}

export async function diskKind(
  dir: string,
  {
    statfs: look = statfs,
    readMounts = () => readFile('/proc/self/mountinfo', 'utf8'),
  }: DiskKindOptions = {},
): Promise<DiskKind> {
  try {
    const { type } = await look(dir);
    // On 32-bit fields the number can come out negative.
    const number = type >>> 0;
    if (number !== fuse) return kinds.get(number) ?? 'local';
    const name = typeOfMount(await realpath(dir), await readMounts());
    return fuseKinds.find(([, names]) => names.test(name))?.[0] ?? 'unknown';
  } catch {
    // There is nothing there yet, or it cannot be looked at: opening the store says more.
    return 'unknown';
  }
}

/** A redeploy or a restart would delete accepted sign-ups, or two processes could not trust their locks. */
export async function warnOfDisk(dataDir: string, log: Logger): Promise<void> {
  const kind = await diskKind(dataDir);
  if (kind !== 'ephemeral' && kind !== 'network') return;
  const words = {
    ephemeral:
      'DATA_DIR is on a disk that a restart or a redeploy empties: mount a volume there, or set DATABASE_URL.',
    network:
      'DATA_DIR is on a network file system, where SQLite is not safe: use a local disk, or set DATABASE_URL.',
  };
  log.warn({ dataDir }, words[kind]);
}

/** The type of the file system that a path is on. Of mounts on top of each other the last one counts. */
function typeOfMount(path: string, mounts: string): string {
  let best = { point: '', type: '' };
  for (const line of mounts.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    // Blanks and backslashes in paths are written as octal numbers.
    const point = (before.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    );
    const isAbove = point !== '' && (path === point || path.startsWith(point === '/' ? '/' : `${point}/`));
    if (isAbove && point.length >= best.point.length) best = { point, type: after.split(' ')[0] ?? '' };
  }
  return best.type;
}
