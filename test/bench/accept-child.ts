import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import helmet from 'helmet';
import { pino } from 'pino';
import { readConfig } from '../../server/config/config.ts';
import { createForms, type Form, type Forms } from '../../server/forms/forms.ts';
import { createClientAddress } from '../../server/http/client-ip.ts';
import { listen } from '../../server/http/http-server.ts';
import { createOrigins } from '../../server/http/origins.ts';
import { Outbox } from '../../server/outbox/outbox.ts';
import { createSignupRoute, signupFormOf } from '../../server/routes/signup-route.ts';
import { openService } from '../../server/service.ts';
import { createBots, type Bots } from '../../server/signup/bots.ts';
import { createIntake, type IntakeOptions } from '../../server/signup/intake.ts';
import { createLimits } from '../../server/signup/limits.ts';
import { createPageTokens } from '../../server/signup/page-tokens.ts';
import { createProofs } from '../../server/signup/proofs.ts';
import { ServerSecrets } from '../../server/store/server-secrets.ts';
import { openStore } from '../../server/store/open-store.ts';
import { challengeSecret, leastWork } from '../helpers/server/issuer.ts';
import { destination } from './backlog.ts';
import { openBareAppend } from './bare-append.ts';
import { origin } from './visitors.ts';

/** What the benchmark asks of the process that has a server. */
export interface Tasks {
  /** Its port. */
  listen(): Promise<number>;
  /** CPU time of all threads since the start. */
  cpuMicros(): Promise<number>;
}

/** What can be left out of the product, one at a time, to see what it costs. */
export const parts = ['nothing', 'origin', 'rates', 'proof', 'signals', 'schema', 'disk', 'intake'] as const;
export type Part = (typeof parts)[number];

/** `product` as an operator runs it; `express` and `without …` are put together here from its own modules. */
export type ServerName = 'bare' | 'bare, on disk' | 'product' | 'express' | `without ${Part}`;

const [, , name = '', dir = ''] = process.argv;

/** Rates that nobody reaches, since every request comes as in production, from another network; rasa.io is away. */
const config = readConfig({
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: '0',
  DATA_DIR: dir,
  LOG_LEVEL: 'silent',
  ALLOWED_ORIGINS: `${origin},https://example.com`,
  TRUST_PROXY: '1',
  RATE_NETWORK: '1000000/1h',
  RATE_ADDRESS: '1000000/1d',
  RATE_FORM: '1000000/1h',
  RATE_SERVICE: '1000000/1h',
  CHALLENGE_SECRET: challengeSecret,
  PROOF_WORK: String(leastWork),
  OUTBOX_MAX: '10000000',
  RASA_BASE_URL: 'http://127.0.0.1:9',
  RASA_USERNAME: 'nobody',
  RASA_PASSWORD: 'none',
  RASA_API_KEY: 'none',
});
const log = pino({ level: 'silent' });

const tasks: Tasks = {
  async listen() {
    if (name === 'product') {
      const builtDir = 'dist/widget';
      const service = await openService({ config, readEnv: () => ({}), log, builtDir, process });
      return Number(new URL(service.url).port);
    }
    return (await listen(await handlerOf(name as ServerName), { host: '127.0.0.1', port: 0 })).port;
  },
  cpuMicros() {
    const { user, system } = process.cpuUsage();
    return Promise.resolve(user + system);
  },
};

process.on('message', ({ task }: { readonly task: keyof Tasks }) => {
  void tasks[task]().then((figure) => process.send?.(figure));
});
process.once('disconnect', () => {
  process.exit();
});
process.send?.('ready');

async function handlerOf(server: ServerName): Promise<RequestListener> {
  if (server === 'bare') return bareHandler(() => Promise.resolve());
  if (server === 'bare, on disk') {
    const file = await openBareAppend(join(dir, '../bare.ndjson'));
    return bareHandler((fields) => file.append(`${JSON.stringify(fields)}\n`));
  }
  const part = parts.find((one) => server === `without ${one}`) ?? 'nothing';
  const receiveSignup = createSignupRoute({
    intake:
      part === 'intake' ? openIntake(await intakeOptions(part)) : createIntake(await intakeOptions(part)),
    origins: createOrigins(config),
    clientAddress: createClientAddress(config.trustProxy, log),
    sandbox: undefined,
    log,
  });
  if (server === 'express') {
    const app = express().use(helmet());
    app.post('/forms/:form', (request, response) => receiveSignup(request.params.form, request, response));
    return app;
  }
  return (request, response) => {
    void receiveSignup(signupFormOf(request) ?? '', request, response);
  };
}

/** The least that takes a form and says 202: no guard, no header that Node does not set itself. */
function bareHandler(keep: (fields: Readonly<Record<string, string>>) => Promise<void>): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      void keep(fields).then(() => {
        const body = JSON.stringify({ status: 'accepted' });
        response.writeHead(202, { 'Content-Type': 'application/json', 'Content-Length': body.length });
        response.end(body);
      });
    });
  };
}

/** Reads the body and lets everybody in: what is left is HTTP in, HTTP out. */
function openIntake({ forms }: IntakeOptions): ReturnType<typeof createIntake> {
  const form = forms.find('newsletter');
  if (!form) throw new Error('no form');
  return {
    async receive({ readBody }) {
      await readBody(Infinity);
      return { is: 'accepted', form, redirectTo: undefined, remaining: [] };
    },
  };
}

/** The product's own parts, wired as `front.ts` does, and one of them left out. */
async function intakeOptions(without: Part): Promise<IntakeOptions> {
  const database = await openStore({ dataDir: dir, log });
  const secrets = new ServerSecrets({ database });
  const proofs = createProofs({ secret: challengeSecret, work: config.bots.work });
  const tokens = createPageTokens({ key: await secrets.get('page token') });
  const isDisposableDomain = () => false;
  const forms = createForms({
    address: { ...config.addresses, isDisposableDomain },
    proof: true,
    thankYouPages: [],
    allowedOrigins: config.allowedOrigins,
    allowLocalhost: config.allowLocalhost,
  });
  const anywhere = { allow: () => true, sources: [] };
  const off = { service: 'off', network: 'off', form: 'off', address: 'off' } as const;
  const goodProof = { is: 'good', ageMs: 5000, id: '' } as const;
  const redeem =
    without === 'proof' ? () => ({ ...goodProof, id: randomUUID() }) : proofs.redeem.bind(proofs);

  return {
    origins: without === 'origin' ? anywhere : createOrigins(config),
    limits: createLimits({
      rates: without === 'rates' ? off : config.rates,
      addressKey: Buffer.from(await secrets.get('address')).toString('hex'),
    }),
    forms: changed(forms, (form) => {
      if (without === 'schema') return unchecked(form);
      return without === 'origin' ? { ...form, origins: anywhere } : form;
    }),
    bots:
      without === 'signals'
        ? proofAlone(redeem)
        : createBots({ mode: 'enforce', proofs: { redeem }, tokens, log, newId: randomUUID }),
    outbox:
      without === 'disk'
        ? { add: () => Promise.resolve('stored'), wasAdded: () => Promise.resolve(false) }
        : await Outbox.open({ database, destination, max: config.outbox.max }),
  };
}

/** Each form changed once, so that a form still costs no more than a look. */
function changed(forms: Forms, change: (form: Form) => Form): Forms {
  const all = new Map(forms.all().map((form) => [form.id, change(form)]));
  return { all: () => [...all.values()], find: (id) => all.get(id) };
}

/** Takes what was sent as it is. */
function unchecked(form: Form): Form {
  return {
    ...form,
    check(sent) {
      const { id = '', page = '', proof = '', ...contact } = sent as Record<string, string>;
      return {
        is: 'valid',
        contact: { email: '', ...contact },
        fields: contact,
        envelope: { id, page, proof },
        names: [contact['first_name'] ?? '', contact['last_name'] ?? ''],
      };
    },
  };
}

/** Nobody is judged by anything but the proof. */
function proofAlone(redeem: ReturnType<typeof createProofs>['redeem']): Bots {
  return {
    judge(post, { envelope }) {
      const proven = redeem(envelope.proof ?? '', post.form);
      if (proven.is === 'bad') return Promise.resolve({ is: 'robot', reason: proven.reason });
      return Promise.resolve({ is: 'person', proof: { kind: 'proof', text: proven.id } });
    },
    judgeUsed: () => ({ is: 'robot', reason: 'used proof' }),
    stats: () => ({ mode: 'enforce', refused: 0, wouldHaveRefused: 0, reasons: {} }),
  };
}
