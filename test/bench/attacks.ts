import { run } from '../helpers/attack.ts';
import { attacks } from '../helpers/attacks.ts';
import { leastWork } from '../helpers/server/issuer.ts';
import { table } from './report.ts';

/**
 * `npm run bench:attacks [-- --quick]`: how much of each attack gets through the intake as it comes, and whether that is
 * within the bound that the settings promise; fails where it is not. Each attack has a product of its own, with its
 * sandbox, in a process of its own.
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
  `\nDefault settings but for those named, and PROOF_WORK=${leastWork}, so that thousands of proofs can be worked for\n\n` +
    table(['attack', 'settings', 'tried', 'let in', 'refused', 'otherwise', 'kept', 'bound', ''], rows),
);
process.exitCode = held ? 0 : 1;
