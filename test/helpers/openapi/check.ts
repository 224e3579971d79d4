import { faultsOfDescription } from './lint.ts';

/** A part of `npm run check`: lints the description of the HTTP API. */
const faults = await faultsOfDescription();
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
