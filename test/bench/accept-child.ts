import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { pino } from 'pino';
import { z } from 'zod';
import { readConfig } from '../../server/config/config.ts';
import { createEvidence, networkSecret } from '../../server/confirm/receipts/evidence.ts';
import { createForms, type Form, type Forms } from '../../server/forms/forms.ts';
import { createBuilderGate } from '../../server/http/builder-gate.ts';
import { createClientAddress } from '../../server/http/client-ip.ts';
import { listen } from '../../server/http/http-server.ts';
import { createOrigins } from '../../server/http/origins.ts';
import { createPublicAddress } from '../../server/http/public-address.ts';
import { Outbox } from '../../server/outbox/outbox.ts';
import { createApp } from '../../server/routes/app.ts';
import { openService } from '../../server/service.ts';
import { createBots, type Bots } from '../../server/signup/bots.ts';
import { createIntake, type IntakeOptions } from '../../server/signup/intake.ts';
import { createLimits } from '../../server/signup/limits.ts';
import { createPageTokens } from '../../server/signup/page-tokens.ts';
import { createProofs } from '../../server/signup/proofs.ts';
import { ServerSecrets } from '../../server/store/secrets/server-secrets.ts';
import { openStore } from '../../server/store/open-store.ts';
import { challengeSecret, leastWork } from '../helpers/server/issuer.ts';
import { destination } from './backlog.ts';
import { startProfile, type Spent } from './profile.ts';
import { origin } from './visitors.ts';

/** The tasks of the process with a server, for the benchmark. */
export interface Tasks {
  /** Resolves with the port. */
  listen(): Promise<number>;
  /** CPU time of all threads since the start. */
  cpuMicros(): Promise<number>;
  startProfile(): Promise<null>;
  /** Where the main thread has spent its time since. */
  stopProfile(): Promise<readonly Spent[]>;
}

/** The parts of the product that can be left out, one at a time, to measure their cost. */
export const parts = ['nothing', 'origin', 'rates', 'proof', 'signals', 'schema', 'disk', 'intake'] as const;
export type Part = (typeof parts)[number];

/**
 * `product` is the product as an operator runs it, `without …` is assembled here from its modules. The others
 * are what it is compared with; `upstream` is where the naive proxy forwards to.
 */
export type ServerName = 'bare' | 'plain chain' | 'naive proxy' | 'upstream' | 'product' | `without ${Part}`;

const [, , name = '', dir = '', upstreamPort = ''] = process.argv;

/**
 * No request reaches these rates, since each comes from another network, as in production. rasa.io is
 * unreachable.
 */
const config = readConfig({
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: '0',
  DATA_DIR: dir,
  LOG_LEVEL: 'silent',
  PUBLIC_URL: 'https://signup.example.com',
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

let stop: () => Promise<readonly Spent[]> = () => Promise.resolve([]);

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
  async startProfile() {
    stop = await startProfile(process.argv[1] ?? '');
    return null;
  },
  stopProfile: () => stop(),
};

process.on('message', ({ task }: { readonly task: keyof Tasks }) => {
  void tasks[task]().then((figure) => process.send?.(figure));
});
process.once('disconnect', () => {
  process.exit();
});
process.send?.('ready');

const compared: Readonly<Partial<Record<ServerName, () => RequestListener>>> = {
  bare: bareHandler,
  'plain chain': plainChain,
  'naive proxy': naiveProxy,
  upstream: () => upstream,
};

async function handlerOf(server: ServerName): Promise<RequestListener> {
  const part = parts.find((one) => server === `without ${one}`) ?? 'nothing';
  return compared[server]?.() ?? assembled(part);
}

async function assembled(part: Part): Promise<RequestListener> {
  const options = await intakeOptions(part);
  const origins = createOrigins(config);
  return createApp({
    metrics: { countRequest: () => undefined },
    answerMetrics: undefined,
    leavings: undefined,
    addressRules: { international: false, disposable: 'allow', isDisposableDomain: () => false },
    ...options,
    intake: part === 'intake' ? openIntake(options) : createIntake(options),
    origins,
    proofs: createProofs({ secret: challengeSecret, work: config.bots.work }),
    clientAddress: createClientAddress(config.trustProxy, log),
    rateNetwork: config.rates.network,
    ratePages: config.ratePages,
    address: createPublicAddress(config.publicUrl),
    hsts: 'on',
    health: unused,
    sandbox: undefined,
    builtDir: 'dist/widget',
    builder: createBuilderGate('off', new Uint8Array()),
    confirmations: {
      askAgain: unused,
      confirm: unused,
      look: unused,
      refuse: unused,
      standing: unused,
      tryCode: unused,
    },
    sender: '',
    contacts: {
      add: unused,
      addOnce: unused,
      find: unused,
      idOf: unused,
      change: unused,
      hasRoomFor: unused,
    },
    feed: { read: unused, readOrWait: unused },
    reports: { get: unused },
    funnel: { read: unused },
    reportLinks: { find: unused },
    onStep: () => undefined,
    tokens: { find: unused },
    accounts: [],
    rateToken: 'off',
    log,
  });
}

function unused(): never {
  throw new Error('Nothing asks for it.');
}

/** A minimal server that reads a form and answers 202: no guard, and no header except Node's own. */
function bareHandler(): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const body = JSON.stringify({ status: 'email' in fields ? 'accepted' : 'refused' });
      response.writeHead(202, { 'Content-Type': 'application/json', 'Content-Length': body.length });
      response.end(body);
    });
  };
}

const asked = z.object({
  email: z.email().max(254),
  first_name: z.string().max(100).optional(),
  last_name: z.string().max(100).optional(),
  id: z.string().max(100).optional(),
  page: z.string().max(2000).optional(),
  proof: z.string().max(4000).optional(),
});

/** The chain that one writes first: Express with the usual guards in front. It stores nothing. */
function guarded(): express.Express {
  const app = express().set('trust proxy', 1).use(helmet());
  const limits = {
    windowMs: 3_600_000,
    limit: 1_000_000,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
  } as const;
  return app.use(rateLimit(limits)).use(express.urlencoded({ limit: '16kb' }));
}

function plainChain(): RequestListener {
  return guarded().post('/forms/:form', (request, response) => {
    const { success } = asked.safeParse(request.body);
    response.status(success ? 202 : 422).json({ status: success ? 'accepted' : 'refused' });
  });
}

/** Forwards each sign-up while its visitor waits. */
function naiveProxy(): RequestListener {
  return guarded().post('/forms/:form', async (request, response) => {
    const { data, success } = asked.safeParse(request.body);
    if (!success) {
      response.status(422).json({ status: 'refused' });
      return;
    }
    const answer = await fetch(`http://127.0.0.1:${upstreamPort}/v1/persons`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([data]),
    });
    await answer.json();
    response.status(202).json({ status: 'accepted' });
  });
}

/** Answers every request after 30 ms. */
function upstream(...[request, response]: Parameters<RequestListener>): void {
  request.resume().on('end', () => {
    setTimeout(() => {
      response.setHeader('Content-Type', 'application/json').end('{"results":[]}');
    }, 30);
  });
}

/** Reads the body and accepts every request; what remains is HTTP in and out. */
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

/** The product's own parts, wired as in `front.ts`, with one of them left out. */
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
  const anywhere = { allow: () => true, sources: [], listed: [] };
  const off = { service: 'off', network: 'off', form: 'off', address: 'off' } as const;
  const goodProof = { is: 'good', ageMs: 5000, id: '' } as const;
  const redeem =
    without === 'proof' ? () => ({ ...goodProof, id: randomUUID() }) : proofs.redeem.bind(proofs);

  return {
    waitingRoom: { hold: unused, ticketOf: unused },
    evidenceOf: createEvidence({ database, key: await secrets.get(networkSecret) }),
    origins: without === 'origin' ? anywhere : createOrigins(config),
    limits: createLimits({
      rates: without === 'rates' ? off : config.rates,
      plain: config.plainRates,
      addressKey: await secrets.get('address'),
    }),
    forms: changed(forms, (form) => {
      if (without === 'schema') return unchecked(form);
      return without === 'origin' ? { ...form, origins: anywhere } : form;
    }),
    bots:
      without === 'signals'
        ? proofAlone(redeem)
        : createBots({
            ...config.bots,
            proofs: { redeem },
            tokens,
            log,
            newId: randomUUID,
          }),
    outbox:
      without === 'disk'
        ? { add: () => Promise.resolve('stored'), wasAdded: () => Promise.resolve(false) }
        : await Outbox.open({
            database,
            destinations: new Map([['main', destination]]),
            max: config.outbox.max,
          }),
  };
}

/** Changes each form once in advance, so that a form still costs only one lookup. */
function changed(forms: Forms, change: (form: Form) => Form): Forms {
  const all = new Map(forms.all().map((form) => [form.id, change(form)]));
  return { all: () => [...all.values()], find: (id) => all.get(id) };
}

/** Accepts the fields unchecked. */
function unchecked(form: Form): Form {
  return {
    ...form,
    check(sent) {
      const { id = '', page = '', proof = '', ...contact } = sent as Record<string, string>;
      return {
        is: 'valid',
        contact: { email: '', ...contact },
        accounts: [form.account],
        fields: contact,
        envelope: { id, page, proof },
        names: [contact['first_name'] ?? '', contact['last_name'] ?? ''],
        ticked: [],
        page: undefined,
      };
    },
  };
}

/** Judges by the proof alone. */
function proofAlone(redeem: ReturnType<typeof createProofs>['redeem']): Bots {
  return {
    mode: 'enforce',
    judge(post, { envelope }) {
      const proven = redeem(envelope.proof ?? '', post.form);
      if (proven.is === 'bad') return Promise.resolve({ is: 'robot', reason: proven.reason });
      return Promise.resolve({
        is: 'person',
        proof: { kind: 'proof', text: proven.id },
        isSuspicious: false,
      });
    },
    judgeUsed: () => ({ is: 'robot', reason: 'used proof' }),
    stats: () => ({ mode: 'enforce', refused: 0, wouldHaveRefused: 0, reasons: {} }),
  };
}
