import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';

/** Where what is only measured lies; a clean install takes it away again. */
const dir = 'node_modules/.cache/peers';

/** The scripts that ours is measured beside, each as its own documentation has it on a page. */
export interface Peers {
  /** A sign-up form of one field, with React inside. */
  readonly ghost: string;
  /** A proof of work alone, without a form. */
  readonly altcha: string;
}

/** From the registry, in fixed versions; a sentence that says why not, where that cannot be had. */
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
    const [reason = 'npm did not end within two minutes.'] = /(?<=error ).*/.exec(stderr) ?? [];
    return `${packages.join(' and ')} could not be installed: ${reason}`;
  }
  return {
    ghost: join(dir, 'node_modules/@tryghost/signup-form/umd/signup-form.min.js'),
    altcha: join(dir, 'node_modules/altcha/dist/main/altcha.umd.min.cjs'),
  };
}

/** The same form without a framework, built as ours is. */
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
