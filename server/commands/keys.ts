import { ageOf } from '../config/setting-schemas.ts';
import { readKeysFile, type Keys } from '../delivery/keys-file.ts';
import { isCode } from '../system/files.ts';
import { tableOf, toJson, type ExitCode, type TextStream } from './terminal.ts';

export interface KeysCommandOptions {
  readonly dataDir: string;
  readonly json?: boolean | undefined;
  readonly process: Pick<NodeJS.Process, 'pid' | 'kill'> & {
    readonly stdout: TextStream;
    readonly stderr: TextStream;
  };
  readonly now?: () => number;
}

/**
 * `rasa-signup keys`: shows the state of the credentials of the proxy that runs on this directory, or ran
 * there last. Prints what the proxy has written, with fingerprints; reads no secret.
 */
export async function showKeys({
  dataDir,
  json,
  process,
  now = Date.now,
}: KeysCommandOptions): Promise<ExitCode> {
  const { stdout, stderr } = process;
  const keys = await readKeysFile(dataDir);
  if (!keys) {
    stderr.write(
      `There is no readable keys.json in ${dataDir}. The proxy writes it when it runs with keys; RASA_API=webhook ` +
        'needs none. Use the same DATA_DIR as the proxy, and run the command in the same directory.\n',
    );
    return 1;
  }
  if (json ?? !stdout.isTTY) {
    stdout.write(`${toJson(keys)}\n`);
    return 0;
  }
  stdout.write(
    `${table(keys, now(), stdout.columns)}\n\n${summary(keys, now(), isRunning(keys.pid, process))}\n`,
  );
  return 0;
}

/** A process that is another user's is there too. */
function isRunning(pid: number, process: Pick<NodeJS.Process, 'kill'>): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function table({ sets }: Keys, nowMs: number, columns = 0): string {
  const ago = (time: string | undefined) => (time === undefined ? 'never' : `${ageOf(time, nowMs)} ago`);
  const rows = sets.map(({ number, fingerprint, state, retiredUntil, lastUse, lastRefusal, source }) => [
    String(number),
    fingerprint,
    retiredUntil === undefined ? state : `${state} until ${retiredUntil.slice(11, 16)} UTC`,
    ago(lastUse),
    lastRefusal ? `${ago(lastRefusal.at)} (${lastRefusal.status})` : 'never',
    source.file === undefined ? source.variable : `${source.variable}: ${source.file}`,
  ]);
  return tableOf(['SET', 'FINGERPRINT', 'STATE', 'LAST USE', 'LAST REFUSAL', 'SOURCE'], rows, { columns });
}

function summary({ credentials, pid, writtenAt }: Keys, nowMs: number, isAlive: boolean): string {
  const words = {
    untried: 'Not tried yet. The first sign-up tries them.',
    working: 'rasa.io accepts the set that is in use.',
    refused: 'rasa.io refuses all of them. Sign-ups are accepted and wait. See docs/rotating-keys.md.',
  }[credentials];
  const from = `Written by process ${pid} ${ageOf(writtenAt, nowMs)} ago, at the last change.`;
  return `${words}\n${from}${isAlive ? '' : ' No proxy is running on this directory now.'}`;
}
