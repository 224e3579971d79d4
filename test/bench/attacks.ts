import { run } from '../helpers/attack.ts';
import { attacks } from '../helpers/attacks.ts';
import { costs } from '../helpers/door-costs.ts';
import { leastWork } from '../helpers/server/issuer.ts';
import { table } from './report.ts';

/**
 * `npm run bench:attacks [-- --quick]`: how much of each attack gets through the intake with its default
 * settings, and whether that is within the bound that the settings promise. Fails if it is not. Each attack
 * has its own product, with its own sandbox, in a separate process. Then what one sign-up costs an attacker
 * at each door, with the default work.
 */
const size = process.argv.includes('--quick') ? 'quick' : 'full';
const rows = [];
let held = true;
for (const attack of attacks) {
  const { settings, passed, refused, otherwise, kept, bound, holds, ...cost } = await run(attack, size);
  const { cpuS, seconds, visitors } = cost;
  held &&= holds;
  rows.push([
    attack.door,
    attack.name,
    settings,
    attack.tries[size],
    attack.mayRepeat ? `${passed} (repeats)` : passed,
    refused,
    otherwise,
    kept,
    bound,
    cpuS.toFixed(1),
    seconds.toFixed(1),
    visitors ? `${visitors.accepted} of ${visitors.accepted + visitors.refused}` : '–',
    holds ? 'holds' : 'EXCEEDED',
  ]);
}
const heads = ['door', 'attack', 'settings', 'tried', 'accepted', 'refused', 'otherwise', 'stored', 'bound'];
process.stdout.write(
  `\nDefault settings except for those named and PROOF_WORK=${leastWork}, which makes thousands of proofs possible. ` +
    'CPU seconds are those of the attacker; visitors are people with a proof from other networks who were accepted meanwhile.\n\n' +
    table([...heads, 'CPU s', 'seconds', 'visitors', ''], rows),
);
const perSignup = await costs(size === 'quick' ? 5 : 30);
process.stdout.write(
  '\nWhat one sign-up costs an attacker, with default settings\n\n' +
    table(
      ['door', 'requests', 'seconds', 'CPU ms'],
      perSignup.map(({ door, requests, seconds, cpuMs }) => [
        door,
        requests,
        seconds.toFixed(2),
        Math.round(cpuMs),
      ]),
    ),
);
process.exitCode = held ? 0 : 1;
