import { StoreUnavailable, type UnavailableReason } from '../errors.ts';

/** What the operating system said, where we ask it ourselves; other errors are returned as they are. */
export function systemFault(error: Error): Error {
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined) return error;
  const reason = systemReasons[code] ?? 'io';
  return new StoreUnavailable(reason, { code: path === undefined ? code : `${code} ${path}` });
}

const systemReasons: Readonly<Record<string, UnavailableReason>> = {
  EACCES: 'read_only',
  EPERM: 'read_only',
  EROFS: 'read_only',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EMFILE: 'exhausted',
  ENFILE: 'exhausted',
  ENOMEM: 'exhausted',
};
