import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mountSmallDisk } from '../../helpers/server/small-disk.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const childPath = 'test/helpers/server/logging-child.ts';
const command = (bytes: number, burst: number) => [
  process.execPath,
  '--import',
  'tsx',
  childPath,
  String(bytes),
  String(burst),
];

/** A process of ours that logs all the time, and says over another channel how many lines it has logged. */
function startLogging(stdout: 'pipe' | number, { bytes = 200, burst = 1 } = {}) {
  const [program = '', ...args] = command(bytes, burst);
  const child = spawn(program, args, { stdio: ['ignore', stdout, 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const sent = async () => Number((await once(child, 'message'))[0]);
  return {
    stdout: child.stdout,
    /** Resolves when it has logged so many lines more. */
    async logs(more: number): Promise<void> {
      const from = await sent();
      while ((await sent()) < from + more);
    },
    pause: () => child.send('pause'),
    async stop(): Promise<number | NodeJS.Signals | null> {
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      return code ?? signal;
    },
  };
}

interface Line {
  readonly msg: string;
  readonly n?: number;
  readonly lines?: number;
  readonly reason?: string;
}

/** What a log says. Only a line of which the end could not be written may be cut. */
function readLog(log: string) {
  const texts = log.split('\n').filter((line) => line !== '');
  const whole = texts.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Line);
  const numbers = whole.flatMap(({ n }) => n ?? []);
  // What is written at the end may come before what a thread is still writing.
  numbers.sort((a, b) => a - b);
  const losses = whole.filter(({ msg }) => msg.includes('missing'));
  const lost = losses.reduce((sum, { lines = 0 }) => sum + lines, 0);
  return { numbers, losses, lost, cut: texts.length - whole.length };
}

describe('a log that cannot be written', () => {
  it('does not stop the product when the reader of its output is gone', async () => {
    const child = startLogging('pipe');
    if (!child.stdout) throw new Error('There is no pipe.');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await child.logs(50);
    expect(await child.stop()).toBe(0);
  });

  it('does not hold up the product while a reader is slow, and says what was left out', async () => {
    const child = startLogging('pipe', { bytes: 2000, burst: 20 });
    // Much more than what may wait, and nobody reads.
    await child.logs(2000);
    child.pause();
    if (!child.stdout) throw new Error('There is no pipe.');
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    while (!log.includes('missing')) await once(child.stdout, 'data');
    expect(await child.stop()).toBe(0);
    while (!log.includes('Stopped.')) await once(child.stdout, 'data');
    const { numbers, losses, lost, cut } = readLog(log);
    expect(losses).toMatchObject([{ reason: 'too slow' }]);
    expect(lost).toBeGreaterThan(500);
    expect(numbers.length + lost).toBe(numbers.at(-1));
    expect(cut).toBe(0);
  });

  it('goes on with a full disk, and says how many lines are missing once there is space', async (context) => {
    const disk = mountSmallDisk(1);
    if (disk === undefined) return context.skip('this user may not mount a small disk');
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(768 * 1024));
    const path = join(disk, 'log');
    const fd = openSync(path, 'a');
    const child = startLogging(fd, { bytes: 1000, burst: 5 });
    closeSync(fd);
    await child.logs(500);
    rmSync(filler);
    while (!readFileSync(path, 'utf8').includes('missing')) await child.logs(1);
    child.pause();
    expect(await child.stop()).toBe(0);
    const { numbers, losses, lost, cut } = readLog(readFileSync(path, 'utf8'));
    expect(losses[0]).toMatchObject({ reason: 'ENOSPC' });
    expect(losses[0]?.lines).toBeGreaterThan(200);
    expect(numbers.length + lost).toBe(numbers.at(-1));
    expect(cut).toBeLessThanOrEqual(losses.length);
  });

  it('can be stopped while the disk is full', async (context) => {
    const disk = mountSmallDisk(1);
    if (disk === undefined) return context.skip('this user may not mount a small disk');
    writeFileSync(join(disk, 'filler'), Buffer.alloc(900 * 1024));
    const fd = openSync(join(disk, 'log'), 'a');
    const child = startLogging(fd, { bytes: 1000, burst: 5 });
    closeSync(fd);
    await child.logs(200);
    expect(await child.stop()).toBe(0);
  });

  it('writes the last lines before the process ends', async () => {
    const path = join(await temporaryDir(), 'log');
    const fd = openSync(path, 'a');
    const child = startLogging(fd, { bytes: 2000, burst: 50 });
    closeSync(fd);
    await child.logs(500);
    expect(await child.stop()).toBe(0);
    const { numbers, lost, cut } = readLog(readFileSync(path, 'utf8'));
    expect(lost + cut).toBe(0);
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  });

  it('goes on without its terminal, and ends in order when it is asked to', async (context) => {
    if (spawnSync('python3', ['-c', 'import pty']).status !== 0) {
      return context.skip('there is no Python 3 to make a terminal');
    }
    const { stdout } = await promisify(execFile)('python3', ['-c', lostTerminal, ...command(200, 1)]);
    expect(stdout).toBe('runs\nexit 0\n');
  });
});

/** Starts a program on a terminal, takes the terminal away, and asks the program to stop a second later. */
const lostTerminal = `
import os, pty, signal, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
while b'"line"' not in os.read(fd, 65536):
    pass
os.close(fd)
time.sleep(1)
print('runs' if os.waitpid(pid, os.WNOHANG)[0] == 0 else 'ended by itself')
os.kill(pid, signal.SIGTERM)
until = time.time() + 8
while time.time() < until:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended:
        print('exit', os.waitstatus_to_exitcode(status))
        break
    time.sleep(0.05)
else:
    print('hangs')
    os.kill(pid, signal.SIGKILL)
`;
