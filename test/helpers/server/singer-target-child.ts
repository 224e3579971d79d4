import { readFileSync } from 'node:fs';
import { loadLines } from './singer-target.ts';

/** The small target as a command: `--config <file with databaseUrl>`. */
const [, , , config = ''] = process.argv;
const { databaseUrl } = JSON.parse(readFileSync(config, 'utf8')) as { readonly databaseUrl: string };
await loadLines(databaseUrl, process.stdin, (state) => {
  process.stdout.write(`${state}\n`);
});
