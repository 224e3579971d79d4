import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchProduct } from './server/launch.ts';
import { hiddenFields, post, signUp } from './sites/visitor.ts';

/** What one sign-up costs an attacker, on average. */
export interface DoorCost {
  readonly door: string;
  readonly requests: number;
  readonly seconds: number;
  /** Of this process: the requests and the proof, in native code. */
  readonly cpuMs: number;
}

type From = Readonly<Record<string, string>>;

/** The cheapest ways through each door, alone: nothing else loads the product. Each returns its requests. */
const ways: Readonly<Record<string, (url: string, email: string, from: From) => Promise<number>>> = {
  'widget, urlencoded': async (url, email, from) => {
    expectAccepted(await signUp(url, 'urlencoded', { email }, from));
    return 2;
  },
  JSON: async (url, email, from) => {
    expectAccepted(await signUp(url, 'json', { email }, from));
    return 2;
  },
  'plain form, its page and its click': async (url, email, from) => {
    const page = await post(url, 'plain', { email }, from);
    await sleep(3050);
    expectAccepted(await post(url, 'plain', hiddenFields(page.body), from));
    return 2;
  },
};

function expectAccepted({ status }: { readonly status: number }): void {
  if (status !== 202) throw new Error(`The sign-up was answered with ${status}.`);
}

/** Measures so many sign-ups at each door, one after the other, each from a network of its own. */
export async function costs(count: number): Promise<readonly DoorCost[]> {
  const measured: DoorCost[] = [];
  for (const [door, way] of Object.entries(ways)) {
    const dir = await mkdtemp(join(tmpdir(), 'doors-'));
    const product = await launchProduct(dir, { TRUST_PROXY: '1', RATE_FORM: '1000/1m' });
    try {
      let requests = 0;
      const cpuBefore = process.cpuUsage();
      const startMs = performance.now();
      for (let index = 0; index < count; index++) {
        const from = { 'x-forwarded-for': `10.30.${index >> 8}.${index & 255}` };
        requests += await way(product.url, `cost.${index}@example.com`, from);
      }
      const seconds = (performance.now() - startMs) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      const cpuMs = (user + system) / 1000;
      measured.push({
        door,
        requests: requests / count,
        seconds: seconds / count,
        cpuMs: cpuMs / count,
      });
    } finally {
      await product.stop('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    }
  }
  return measured;
}
