/** Whether a host name, as `URL.hostname` writes it, can only mean this machine (RFC 6761 6.3 for localhost). */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
