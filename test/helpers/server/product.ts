import { onTestFinished } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { checkContract } from '../openapi/contract.ts';
import { launchProduct, type Product } from './launch.ts';
import { apart, openIntake } from './service.ts';
import { directoryInMemory } from './temporary-dir.ts';

/** Starts the product for one test, with an open intake unless `env` says otherwise. */
export async function startProduct(env: Env = {}, args: readonly string[] = []): Promise<Product> {
  const dataDir = env['DATA_DIR'] ?? (await directoryInMemory());
  const product = await launchProduct(dataDir, { ...apart, ...openIntake, ...env }, args);
  onTestFinished(async () => {
    await product.stop('SIGKILL');
  });
  checkContract(product.url, new URL(env['PUBLIC_URL'] ?? product.url).pathname.replace(/\/$/, ''));
  return product;
}
