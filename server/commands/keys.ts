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
 * `rasa-signup keys`: how the credentials of the proxy stand that runs on this directory, or that ran there last. Says
 * what the proxy has written down, by fingerprints; no secret is read.
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
      `There is no keys.json in ${dataDir}, or none that can be read. The proxy writes it once it runs with keys; ` +
        'RASA_API=webhook needs none. Set DATA_DIR to what the proxy has, and start from the same directory.\n',
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
    untried: 'None has been tried yet; the first sign-up does so.',
    working: 'rasa.io takes the one that is in use.',
    refused:
      'rasa.io takes none of them: sign-ups are accepted and wait. docs/rotating-keys.md tells what to do.',
  }[credentials];
  const from = `As process ${pid} wrote it ${ageOf(writtenAt, nowMs)} ago, when something last changed.`;
  return `${words}\n${from}${isAlive ? '' : ' No proxy runs on this directory just now.'}`;
}
