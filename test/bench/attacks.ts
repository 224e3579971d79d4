import { run } from '../helpers/attack.ts';
import { attacks } from '../helpers/attacks.ts';
import { leastWork } from '../helpers/server/issuer.ts';
import { table } from './report.ts';

/**
 * `npm run bench:attacks [-- --quick]`: how much of each attack gets through the intake with its default
 * settings, and whether that is within the bound that the settings promise. Fails if it is not. Each attack
 * has its own product, with its own sandbox, in a separate process.
 */
const size = process.argv.includes('--quick') ? 'quick' : 'full';
const rows = [];
let held = true;
for (const attack of attacks) {
  const { settings, passed, refused, otherwise, kept, bound, holds } = await run(attack, size);
  held &&= holds;
  rows.push([
    attack.name,
    settings,
    attack.tries[size],
    attack.mayRepeat ? `${passed} (repeats)` : passed,
    refused,
    otherwise,
    kept,
    bound,
    holds ? 'holds' : 'EXCEEDED',
  ]);
}
process.stdout.write(
  `\nDefault settings except for those named and PROOF_WORK=${leastWork}, which makes thousands of proofs possible\n\n` +
    table(['attack', 'settings', 'tried', 'accepted', 'refused', 'otherwise', 'stored', 'bound', ''], rows),
);
process.exitCode = held ? 0 : 1;
