import { onStopRequest } from '../../../server/system/lifecycle.ts';
import { createLog, openLogOutput } from '../../../server/system/log.ts';

/*
 * A process that logs numbered lines, of about so many bytes and so many in each burst, until it is told to
 * pause. Its parent hears how many there were so far, which also shows that the event loop runs. The last
 * line, when it is stopped, has the highest number.
 */
const [, , bytes = '200', burst = '1'] = process.argv;
const log = createLog('info', openLogOutput(process));
const padding = '.'.repeat(Number(bytes) - 100);
let sent = 0;

function logSome(): void {
  for (let count = 0; count < Number(burst); count++) log.info({ n: ++sent, padding }, 'line');
  process.send?.(sent);
}

const timer = setInterval(logSome, 5);
process.on('SIGHUP', () => undefined);
process.on('message', () => {
  clearInterval(timer);
});
process.on('disconnect', () => undefined);
onStopRequest(process, () => {
  log.info({ n: ++sent }, 'Stopped.');
  return Promise.resolve();
});
logSome();
