import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly keyPath: string;
  readonly certPath: string;
}

/** For this machine, signed by itself: trusted by whoever gets it as `NODE_EXTRA_CA_CERTS`. */
export function makeCertificate(dir: string): Certificate {
  const [keyPath, certPath] = [join(dir, 'key.pem'), join(dir, 'certificate.pem')];
  const kind = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
  const names = '-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1';
  const args = `req -x509 ${kind} ${names} -keyout ${keyPath} -out ${certPath}`;
  execFileSync('openssl', args.split(' '), { stdio: 'ignore' });
  return { key: readFileSync(keyPath), cert: readFileSync(certPath), keyPath, certPath };
}
