import { statfs } from 'node:fs/promises';

/**
 * What a directory stands on. `ephemeral`: memory or a container's own layer, which a restart or a new deployment
 * empties. `network`: a file system on which SQLite's locks cannot be trusted. `unknown` where the system does not say.
 */
export type DiskKind = 'local' | 'ephemeral' | 'network' | 'unknown';

/** Numbers of file systems, from Linux's statfs(2). */
const kinds: ReadonlyMap<number, DiskKind> = new Map([
  [0x01021994, 'ephemeral'], // tmpfs
  [0x858458f6, 'ephemeral'], // ramfs
  [0x794c7630, 'ephemeral'], // overlay
  [0x6969, 'network'], // NFS
  [0xff534d42, 'network'], // CIFS
  [0xfe534d42, 'network'], // SMB2
  [0x01021997, 'network'], // 9p
  [0x00c36400, 'network'], // Ceph
  [0x65735546, 'unknown'], // FUSE: anything
]);

export async function diskKind(dir: string): Promise<DiskKind> {
  try {
    const { type } = await statfs(dir);
    // On 32-bit fields the number can come out negative.
    return kinds.get(type >>> 0) ?? 'local';
  } catch {
    // There is nothing there yet, or it cannot be looked at: opening the store says more.
    return 'unknown';
  }
}
