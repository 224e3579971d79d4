import { randomUUID } from 'node:crypto';
import { openIssuer } from '../helpers/server/issuer.ts';
import { solve } from '../helpers/sites/visitor.ts';

export const origin = 'https://www.example.com';

/**
 * So many sign-ups as Chrome sends the widget's, byte for byte, through one proxy in front: each of another person in
 * another network, with a challenge of its own, solved.
 */
export async function makeVisitors(count: number): Promise<readonly Buffer[]> {
  const issuer = openIssuer();
  const visitors: Buffer[] = [];
  while (visitors.length < count) {
    const first = visitors.length;
    const group = Array.from({ length: Math.min(50, count - first) }, async (_, index) =>
      requestOf(first + index, await solve(await issuer.issue('newsletter', 0))),
    );
    visitors.push(...(await Promise.all(group)));
  }
  return visitors;
}

function requestOf(index: number, proof: string): Buffer {
  const id = randomUUID();
  const body = String(
    new URLSearchParams({
      email: `ada.${id.slice(0, 18)}@example.com`,
      first_name: 'Ada',
      last_name: 'Lovelace',
      id,
      page: `${origin}/blog/what-an-engine-can-do`,
      proof,
    }),
  );
  const head = [
    'POST /forms/newsletter HTTP/1.1',
    'Host: signup.example.com',
    'Connection: keep-alive',
    `Content-Length: ${body.length}`,
    'sec-ch-ua-platform: "Windows"',
    'User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Accept: application/json',
    'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
    'Content-Type: application/x-www-form-urlencoded;charset=UTF-8',
    'sec-ch-ua-mobile: ?0',
    `Origin: ${origin}`,
    'Sec-Fetch-Site: same-site',
    'Sec-Fetch-Mode: cors',
    'Sec-Fetch-Dest: empty',
    `Referer: ${origin}/`,
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Accept-Language: en-GB,en;q=0.9',
    `X-Forwarded-For: 10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}
