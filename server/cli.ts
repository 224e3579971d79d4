#!/usr/bin/env node
import { Command } from 'commander';
import { openSandbox } from './sandbox/sandbox.ts';

/** The `rasa-signup` command. */
const program = new Command('rasa-signup').description('Tools for whoever runs the sign-up proxy.');

program
  .command('sandbox')
  .description('run the stand-in for rasa.io alone (SANDBOX_HOST, SANDBOX_PORT, SANDBOX_API_KEY, DATA_DIR)')
  .action(async () => {});

await program.parseAsync();
