import { openContactsFile, type ContactsFile } from '../../contacts/files/contacts-file.ts';
import { readMapping, type Mapping } from '../../contacts/files/columns.ts';
import { Rejects, rejectsPathFor } from '../../contacts/files/rejects.ts';
import { surveyFile, type Know, type Survey } from '../../contacts/files/survey.ts';
import { FileRefused } from '../../contacts/files/text-file.ts';
import {
  forgetImport,
  ImportedElsewhere,
  importFile,
  importIdOf,
  readPosition,
  type ImportOptions,
} from '../../contacts/imports.ts';
import { ConfigError, type Env } from '../../config/env.ts';
import { openPersonHash } from '../../outbox/person-hash.ts';
import type { StickyState } from '../../outbox/signup.ts';
import type { Database } from '../../store/database.ts';
import { mayAsk, printable, type ExitCode, type Streams } from '../terminal.ts';
import { countWaiting, followDeliveries } from './delivery-follower.ts';
import { importJson, importTable, isAgreed, leftToDo, type ImportReport } from './import-report.ts';
import { readImportSetup, type ImportSetup } from './import-setup.ts';
import { openKnownPeople, type KnownPeople } from './known-people.ts';
import { ProgressLine } from './progress-line.ts';

export interface ImportCommandOptions {
  readonly plan?: boolean;
  readonly map?: readonly string[];
  readonly attributes?: boolean;
  readonly account?: string;
  readonly form?: string;
  /** Each gets a mail, and only who presses its button is added. */
  readonly confirm?: boolean;
  readonly expectRows?: number;
  readonly rejects?: string;
  readonly again?: boolean;
  /** The states from which rows with consent bring somebody back. */
  readonly resubscribe?: readonly StickyState[];
  /** `false` ends the command when everything is stored. */
  readonly wait?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export interface ImportContext {
  readonly env: Env;
  readonly streams: Streams;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stop: AbortSignal;
}

const nobodyKnown: Know = (people) => Promise.resolve(people.map(() => 'created'));

/** Of all that may wait, how much imports may fill. */
const shareOfOutbox = 0.5;

/** `rasa-signup contacts import FILE`. The exit code is 1 where anything was refused or is left to do. */
export async function importContacts(
  path: string,
  options: ImportCommandOptions,
  context: ImportContext,
): Promise<ExitCode> {
  const { stderr } = context.streams;
  const read = readMapping(options.map ?? []);
  if (read.is === 'fault') throw new ConfigError([read.text]);
  const setup = await readImportSetup(context.env, options);
  try {
    const file = await openContactsFile({
      path,
      stdin: context.stdin,
      mapping: read.mapping,
      attributes: options.attributes ?? false,
      rules: setup.rules,
      constants: setup.constants,
    });
    try {
      return await new ImportRun(path, { file, mapping: read.mapping, setup, options, context }).run();
    } finally {
      await file.file.close();
    }
  } catch (error) {
    if (!(error instanceof FileRefused) && !(error instanceof ImportedElsewhere)) throw error;
    stderr.write(`${printable(error.message)}\n`);
    return 1;
  }
}

interface Parts {
  readonly file: ContactsFile;
  readonly mapping: Mapping;
  readonly setup: ImportSetup;
  readonly options: ImportCommandOptions;
  readonly context: ImportContext;
}

/** One run of the command: it looks at the whole file, asks, stores, and follows what is delivered. */
class ImportRun {
  readonly #path: string;
  readonly #parts: Parts;

  constructor(path: string, parts: Parts) {
    this.#path = path;
    this.#parts = parts;
  }

  async run(): Promise<ExitCode> {
    const { file, context } = this.#parts;
    context.streams.stderr.write(`${printable(file.description)}\n`);
    const people = await this.#knowPeople();
    try {
      return await this.#runWith(people?.know);
    } finally {
      await people?.close();
    }
  }

  async #runWith(know: Know | undefined): Promise<ExitCode> {
    const { file, options } = this.#parts;
    const rejects = options.plan && options.rejects === undefined ? undefined : this.#rejects();
    const { survey, rejectsPath } = await this.#survey(know, rejects);
    const { name } = this.#parts.setup.account;
    const confirm = this.#parts.setup.confirm?.form;
    const base = { account: name, file: file.file.name, survey, rejects: rejectsPath, confirm };
    const report = { ...base, isListKnown: know !== undefined, before: 0, stored: 0, waiting: 0 };
    if (options.plan) {
      this.#print({ ...report, isPlan: true });
      return 0;
    }
    return this.#store({ ...report, isPlan: false }, know ?? nobodyKnown);
  }

  async #knowPeople(): Promise<KnownPeople | undefined> {
    const { env, streams, stop } = this.#parts.context;
    const { upstream, name, isNamed } = this.#parts.setup.account;
    if (upstream.is === 'rasa') {
      return openKnownPeople({ env, account: isNamed ? name : undefined, stderr: streams.stderr, stop });
    }
    streams.stderr.write(
      'The list cannot be read here, so nobody knows yet who is new and who is left alone.\n',
    );
    return undefined;
  }

  #rejects(): Rejects {
    const { file, options } = this.#parts;
    const path = options.rejects ?? rejectsPathFor(this.#path, file.format.is);
    return new Rejects({ path, format: file.format, columns: file.columns });
  }

  async #survey(
    know: Know = nobodyKnown,
    rejects: Rejects | undefined,
  ): Promise<{ readonly survey: Survey; readonly rejectsPath: string | undefined }> {
    const { file, options } = this.#parts;
    const { resubscribe, expectRows } = options;
    try {
      const survey = await surveyFile(file, { know, resubscribe, rejects, expectRows });
      const isThere = (await rejects?.finish()) ?? false;
      return { survey, rejectsPath: isThere ? rejects?.path : undefined };
    } catch (error) {
      await rejects?.drop();
      throw error;
    }
  }

  async #store(report: ImportReport, know: Know): Promise<ExitCode> {
    const { file, mapping, setup, options, context } = this.#parts;
    const { streams, stop } = context;
    const { survey } = report;
    const store = await setup.openOutbox();
    const { database, outbox } = store;
    try {
      const id = importIdOf(
        file.file.digest,
        setup.destination,
        [...mapping],
        options.attributes ?? false,
        setup.constants,
        ...(options.resubscribe ? [options.resubscribe] : []),
        ...(report.confirm === undefined ? [] : [{ confirm: report.confirm }]),
      );
      await forgetImport(database, options.again ? id : undefined, Date.now());
      const before = await readPosition(database, id);
      if (before && before.rows >= survey.rows) {
        streams.stderr.write('All rows of this file are imported already. --again imports it once more.\n');
      } else {
        const ask = { before: before?.rows ?? 0, mayAsk: mayAsk(streams) && this.#path !== '-' };
        if (!options.yes && !(await isAgreed(report, streams, ask))) return 1;
      }
      const line = new ProgressLine(streams.stderr, 'Importing');
      const most = Math.floor(setup.max * shareOfOutbox);
      const position = await importFile(id, file, {
        database,
        outbox,
        account: setup.account.name,
        most,
        resubscribe: options.resubscribe,
        waiting: await this.#waitingRoom(database),
        areLeftAlone: async (people) =>
          (await know(people)).map((known) => known !== 'created' && known !== 'changed'),
        stop,
        onProgress: ({ rows }) => {
          line.show(rows, survey.rows);
        },
      });
      line.end();
      const done = { ...report, before: before?.stored ?? 0, stored: position.stored };
      return await this.#follow(database, done, position.rows === survey.rows);
    } finally {
      await store.close();
    }
  }

  async #follow(
    database: Parameters<typeof followDeliveries>[0],
    report: ImportReport,
    isWhole: boolean,
  ): Promise<ExitCode> {
    const { setup, options, context } = this.#parts;
    const { streams, stop } = context;
    const line = new ProgressLine(streams.stderr, 'Delivering');
    const waiting =
      options.wait === false || stop.aborted || report.confirm !== undefined
        ? await countWaiting(database, setup.destination)
        : await followDeliveries(database, setup.destination, {
            stop,
            onWaiting: (count) => {
              line.show(Math.max(0, report.stored - count), report.stored);
            },
          });
    line.end();
    this.#print({ ...report, waiting });
    if (!isWhole) {
      streams.stderr.write(
        'Stopped. The same command goes on where it stopped; what is stored is delivered.\n',
      );
      return 1;
    }
    streams.stderr.write(leftToDo({ ...report, waiting }));
    return report.survey.refused.count > 0 ? 1 : 0;
  }

  async #waitingRoom(database: Database): Promise<ImportOptions['waiting']> {
    const hold = await this.#parts.setup.confirm?.holdIn(database);
    return hold && { hold, hashOf: await openPersonHash({ database }) };
  }

  #print(report: ImportReport): void {
    const { stdout } = this.#parts.context.streams;
    if (this.#parts.options.json ?? !stdout.isTTY) {
      stdout.write(`${importJson(report)}\n`);
      return;
    }
    stdout.write(`${importTable(report, stdout.columns)}\n`);
    if (report.rejects !== undefined) stdout.write(`Refused rows: ${printable(report.rejects)}\n`);
  }
}
