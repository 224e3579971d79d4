import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';

/** Folder of the scripts that are only measured. A clean install removes it. */
const dir = 'node_modules/.cache/peers';

/** The scripts with which ours is compared, each embedded as its own documentation says. */
export interface Peers {
  /** A sign-up form with one field, which includes React. */
  readonly ghost: string;
  /** A proof of work alone, without a form. */
  readonly altcha: string;
}

/** Installs fixed versions from the registry. Returns a sentence with the reason if that fails. */
export async function installPeers(): Promise<Peers | string> {
  await mkdir(dir, { recursive: true });
  const packages = ['@tryghost/signup-form@0.3.592', 'altcha@3.2.2'];
  const how = [
    '--prefix',
    dir,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
  ];
  try {
    await promisify(execFile)('npm', ['install', ...how, ...packages], { timeout: 120_000 });
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string };
    const [reason = 'npm did not finish within two minutes.'] = /(?<=error ).*/.exec(stderr) ?? [];
    return `${packages.join(' and ')} could not be installed: ${reason}`;
  }
  return {
    ghost: join(dir, 'node_modules/@tryghost/signup-form/umd/signup-form.min.js'),
    altcha: join(dir, 'node_modules/altcha/dist/main/altcha.umd.min.cjs'),
  };
}

/** The same form without a framework, built like ours. */
export async function buildVanilla(): Promise<string> {
  const outDir = join(dir, 'vanilla');
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir,
      target: 'es2022',
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      lib: {
        entry: 'test/bench/vanilla-form.ts',
        formats: ['iife'],
        name: 'vanillaSignup',
        fileName: () => 'vanilla.js',
      },
    },
  });
  return join(outDir, 'vanilla.js');
}
