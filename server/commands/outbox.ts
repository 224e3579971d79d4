import type { DeadLetters } from '../outbox/dead-letters.ts';
import type { DeadLetter } from '../outbox/rows.ts';
import { detailsOf, listOf } from './outbox-text.ts';
import { confirm, mayAsk, toJson, type ExitCode, type Streams } from './terminal.ts';

/**
 * What the operator does about the sign-ups that rasa.io refused: `rasa-signup outbox
 * list|show|replay|purge`. They work on the store while the proxy runs or not. Each resolves with the exit
 * code: 1 where anything that was asked for could not be done, though the rest of it was.
 */
export interface OutboxCommands {
  list(options: Filter & Output): Promise<ExitCode>;
  show(id: string, options: Output): Promise<ExitCode>;
  /** Returns sign-ups to the outbox, to be sent again. */
  replay(ids: readonly string[], options: Selection & Output): Promise<ExitCode>;
  /** Deletes sign-ups permanently, after confirmation at the terminal or with `yes`. */
  purge(ids: readonly string[], options: Selection & Output & { readonly yes?: boolean }): Promise<ExitCode>;
}

/** A sign-up must match all members that are given. */
export interface Filter {
  readonly form?: string;
  /** Text contained in rasa.io's reason, case-insensitive. */
  readonly reason?: string;
  /** Minimum time since the refusal, in ms. */
  readonly olderThan?: number;
}

/** Used with ids; exactly one of ids, filter and `all` must be given. */
export interface Selection extends Filter {
  readonly all?: boolean;
}

export interface Output {
  readonly json?: boolean;
}

export interface OutboxCommandsOptions {
  readonly deadLetters: DeadLetters;
  readonly streams: Streams;
  readonly now?: () => number;
}

export function createOutboxCommands({
  deadLetters,
  streams,
  now = Date.now,
}: OutboxCommandsOptions): OutboxCommands {
  const { stdout, stderr } = streams;
  const say = (words: string) => stdout.write(`${words}\n`);
  const complain = (words: string) => stderr.write(`${words}\n`);

  return {
    async list({ json, ...filter }) {
      const { entries, unreadable } = await listReadable();
      const found = entries.filter(matches(filter, now()));
      if (json ?? !stdout.isTTY) say(toJson(found.map(summaryOf)));
      else if (found.length > 0) say(listOf(found, now(), stdout.columns));
      else if (entries.length > 0) say(`None of the ${signups(entries.length)} set aside matches.`);
      else if (unreadable === 0) say('No sign-up is set aside.');
      return unreadable === 0 ? 0 : 1;
    },

    async show(id, { json }) {
      const entry = await deadLetters.get(id);
      if (typeof entry !== 'object') {
        complain(entry === 'unreadable' ? unreadableWords(id) : unknownWords(id));
        return 1;
      }
      const { signup, ...refusal } = entry;
      say((json ?? !stdout.isTTY) ? toJson({ ...signup, ...refusal }) : detailsOf(entry, now()));
      return 0;
    },

    async replay(ids, { json, ...selection }) {
      const chosen = await choose(ids, selection, 'replay');
      if (!chosen) return 1;
      const replayed = await act(chosen.ids, (id) => deadLetters.replay(id));
      if (json) say(toJson({ replayed: replayed.done }));
      else if (replayed.done.length === 0) say('Nothing was sent again.');
      else {
        const [count, they] = [
          signups(replayed.done.length),
          replayed.done.length === 1 ? 'it is' : 'they are',
        ];
        say(
          `Moved ${count} back: ${they} sent by the running proxy within a few seconds, or at its next start.`,
        );
      }
      return worse(chosen.code, replayed.code);
    },

    async purge(ids, { json, yes = false, ...selection }) {
      const chosen = await choose(ids, selection, 'purge');
      if (!chosen) return 1;
      if (!yes && chosen.ids.length > 0 && !mayAsk(streams)) {
        complain('purge deletes permanently. Without a terminal to ask at, confirm with --yes.');
        return 1;
      }
      const agreed =
        yes ||
        chosen.ids.length === 0 ||
        (await confirm(streams, `Delete ${signups(chosen.ids.length)} permanently?`));
      const purged = await act(agreed ? chosen.ids : [], (id) => deadLetters.purge(id));
      if (json) say(toJson({ purged: purged.done }));
      else say(purged.done.length === 0 ? 'Nothing was deleted.' : `Deleted ${signups(purged.done.length)}.`);
      return agreed ? worse(chosen.code, purged.code) : 1;
    },
  };

  /** The ids that a command applies to; `undefined` if the selection is missing or ambiguous. */
  async function choose(
    ids: readonly string[],
    { all = false, ...filter }: Selection,
    command: 'replay' | 'purge',
  ): Promise<{ readonly ids: readonly string[]; readonly code: ExitCode } | undefined> {
    const ways = [ids.length > 0, Object.keys(filter).length > 0, all].filter(Boolean).length;
    if (ways !== 1) {
      complain(
        `${command} needs ${ways === 0 ? 'to know which sign-ups' : 'one of these, not several'}: ids from ` +
          '`rasa-signup outbox list`, or a filter (--form, --reason, --older-than), or --all.',
      );
      return undefined;
    }
    if (ids.length > 0) return chooseById(ids, command);
    const { entries, unreadable } = await listReadable();
    const chosen = entries.filter(matches(filter, now())).map(({ signup }) => signup.id);
    return { ids: chosen, code: unreadable === 0 ? 0 : 1 };
  }

  async function chooseById(ids: readonly string[], command: 'replay' | 'purge') {
    const chosen: string[] = [];
    let code: ExitCode = 0;
    for (const id of new Set(ids)) {
      const entry = await deadLetters.get(id);
      // A damaged one can be deleted by whoever names it, but never be sent.
      if (typeof entry === 'object' || (entry === 'unreadable' && command === 'purge')) {
        chosen.push(id);
        continue;
      }
      complain(entry === 'unreadable' ? unreadableWords(id) : unknownWords(id));
      code = 1;
    }
    return { ids: chosen, code };
  }

  async function act(ids: readonly string[], step: (id: string) => Promise<boolean>) {
    const done: string[] = [];
    let code: ExitCode = 0;
    for (const id of ids) {
      if (await step(id)) {
        done.push(id);
        continue;
      }
      complain(unknownWords(id));
      code = 1;
    }
    return { done, code };
  }

  async function listReadable() {
    const { entries, unreadable } = await deadLetters.list();
    for (const id of unreadable) complain(`Cannot be read, and was left alone: ${id}`);
    return { entries, unreadable: unreadable.length };
  }
}

function matches({ form, reason, olderThan }: Filter, nowMs: number): (entry: DeadLetter) => boolean {
  return (entry) =>
    (form === undefined || entry.signup.form === form) &&
    (reason === undefined || entry.reason.toLowerCase().includes(reason.toLowerCase())) &&
    (olderThan === undefined || nowMs - Date.parse(entry.refusedAt) > olderThan);
}

function summaryOf({ signup, reason, attempts, refusedAt }: DeadLetter) {
  return { id: signup.id, form: signup.form, email: signup.contact.email, reason, attempts, refusedAt };
}

function worse(...codes: readonly ExitCode[]): ExitCode {
  return codes.includes(1) ? 1 : 0;
}

function signups(count: number): string {
  return count === 1 ? '1 sign-up' : `${count} sign-ups`;
}

function unknownWords(id: string): string {
  return `No sign-up ${JSON.stringify(id)} is set aside.`;
}

function unreadableWords(id: string): string {
  return `The sign-up ${JSON.stringify(id)} cannot be read: it was sealed with a key that is not given, or is damaged. Give that key as OUTBOX_KEY_PREVIOUS, or purge it by its id.`;
}
