import express, { type Request, type RequestHandler, type Response } from 'express';
import type { Contacts, Result } from '../contacts/contacts.ts';
import type { Fate } from '../contacts/fates.ts';
import { readChanges } from '../contacts/items.ts';
import { decode } from '../contacts/ndjson.ts';
import { problem, type ApiProblem } from '../http/problem.ts';
import { hearOut, readBody } from '../http/request-body.ts';
import { StoreUnavailable } from '../store/errors.ts';
import { sendApiProblem, tokenOf, type ApiAccess } from './api-access.ts';
import { refuseMethod } from './answers.ts';
import { streamContacts } from './api/contact-stream.ts';

export interface ContactRoutesOptions {
  readonly contacts: Pick<Contacts, 'add' | 'addOnce' | 'find' | 'idOf' | 'change' | 'hasRoomFor'>;
  readonly access: ApiAccess;
}

/** Of a body of JSON; NDJSON has none. */
const limits = { bytes: 4 * 1024 * 1024, items: 1000 };
const unavailableForS = 30;

/** `/api/contacts`: contacts from applications. No answer has CORS headers: a token belongs on a server. */
export function createContactRoutes({ contacts, access }: ContactRoutesOptions): express.Router {
  const routes = express.Router({ caseSensitive: true });
  routes.post('/api/contacts', ...access.allow('contacts:write'), answering(receive));
  for (const path of ['/api/contacts/:id', '/api/contacts']) {
    routes.get(path, ...access.allow('contacts:read'), answering(find));
    routes.patch(path, ...access.allow('contacts:write'), answering(update));
    routes.delete(path, ...access.allow('contacts:delete'), answering(remove));
    routes.post(`${path}/unsubscribe`, ...access.allow('contacts:write'), answering(unsubscribe));
  }
  routes.all('/api/contacts', refuseMethod('GET, POST, PATCH, DELETE'));
  routes.all(['/api/contacts/unsubscribe', '/api/contacts/:id/unsubscribe'], refuseMethod('POST'));
  routes.all('/api/contacts/:id', refuseMethod('GET, PATCH, DELETE'));
  return routes;

  async function receive(request: Request, response: Response): Promise<ApiProblem | Answer | undefined> {
    if (!isPlain(request.get('content-encoding'))) {
      return problem('unsupported', { detail: 'Send the body without Content-Encoding.' });
    }
    const { account, scopes } = tokenOf(response);
    const mustConfirm = scopes.includes('contacts:confirm');
    switch (kindOf(request)) {
      case 'json':
        return receiveJson(request, account, mustConfirm);
      case 'ndjson':
        await streamContacts(request, response, { contacts, account, mustConfirm });
        return undefined;
      case undefined:
        return problem('unsupported', {
          detail: 'Wanted the content type application/json or application/x-ndjson, in UTF-8.',
        });
    }
  }

  async function receiveJson(
    request: Request,
    account: string,
    mustConfirm: boolean,
  ): Promise<ApiProblem | Answer> {
    const body = await readBody(request, limits.bytes);
    if (body.is === 'broken') return problem('malformed', { detail: 'The body is not complete.' });
    if (body.is === 'too_large') {
      return problem('too_large', { detail: `Wanted at most ${limits.bytes} bytes, or NDJSON.` });
    }
    const items = readItems(body.bytes);
    if (!items) return problem('malformed', { detail: 'Wanted a JSON object, or an array, in UTF-8.' });
    if (items.length > limits.items) {
      return problem('too_large', {
        detail: `Found ${items.length} items, wanted at most ${limits.items}, or NDJSON.`,
      });
    }
    const header = request.get('idempotency-key');
    if (header === undefined) return { results: await contacts.add(items, account, mustConfirm) };
    const key = readIdempotencyKey(header);
    if (key === undefined) {
      return problem('malformed', {
        detail: 'Wanted an Idempotency-Key of 1 to 255 visible ASCII characters.',
      });
    }
    const once = await contacts.addOnce({ key, body: body.bytes, items, mustConfirm }, account);
    switch (once.is) {
      case 'answered':
        return { results: once.results };
      case 'mismatch':
        return problem('idempotency_mismatch', {
          detail: 'This Idempotency-Key was used with another body.',
        });
      case 'in_progress':
        return problem('idempotency_in_progress', {
          detail: 'The first request with this Idempotency-Key is not finished.',
          retryAfterS: 1,
        });
    }
  }

  async function find(request: Request, response: Response): Promise<ApiProblem | Answer> {
    const id = await nameOf(request, response);
    if (typeof id === 'object') return id;
    return (await contacts.find(id, tokenOf(response).account)) ?? unknown;
  }

  async function update(request: Request, response: Response): Promise<ApiProblem | Answer> {
    if (!isPlain(request.get('content-encoding')) || kindOf(request) !== 'json') {
      const detail = 'Wanted the content type application/json, in UTF-8, without Content-Encoding.';
      return problem('unsupported', { detail });
    }
    const body = await readBody(request, limits.bytes);
    if (body.is === 'broken') return problem('malformed', { detail: 'The body is not complete.' });
    if (body.is === 'too_large') {
      return problem('too_large', { detail: `Wanted at most ${limits.bytes} bytes.` });
    }
    const [changes, ...more] = readItems(body.bytes) ?? [];
    const read = readChanges(more.length > 0 ? undefined : changes);
    if (read.is === 'fields') return change(request, response, { kind: 'update', fields: read.fields });
    if (read.field !== undefined) return problem('invalid', { issues: { [read.field]: read.issue } });
    return problem('malformed', { detail: 'Wanted a JSON object with the fields that change, in UTF-8.' });
  }

  function unsubscribe(request: Request, response: Response): Promise<ApiProblem | Answer> {
    return change(request, response, { kind: 'unsubscribe' });
  }

  async function remove(request: Request, response: Response): Promise<ApiProblem | Answer> {
    const { erase = 'false' } = request.query;
    if (erase !== 'true' && erase !== 'false') {
      return problem('malformed', { detail: 'Wanted erase=true, or erase=false to archive the contact.' });
    }
    return change(request, response, { kind: erase === 'true' ? 'erase' : 'archive' });
  }

  async function change(
    request: Request,
    response: Response,
    what: Parameters<Contacts['change']>[2],
  ): Promise<ApiProblem | Answer> {
    const contact = await nameOf(request, response);
    if (typeof contact === 'object') return contact;
    const id = await contacts.change(contact, tokenOf(response).account, what);
    if (id === undefined) return unknown;
    response.status(202);
    return { id, contact, status: 'accepted' };
  }

  /** The id in the path, or that of the last item with the `ref` of the query. */
  async function nameOf(request: Request, response: Response): Promise<ApiProblem | string> {
    const { id } = request.params;
    if (typeof id === 'string') return id;
    const { ref } = request.query;
    if (typeof ref !== 'string' || ref === '') {
      return problem('malformed', { detail: 'Wanted ?ref= with one name of yours, or /api/contacts/<id>.' });
    }
    return (await contacts.idOf(ref, tokenOf(response).account)) ?? unknown;
  }
}

/** A change that is stored: its own id, and that of the contact. */
interface Accepted {
  readonly id: string;
  readonly contact: string;
  readonly status: 'accepted';
}

type Answer = { readonly results: readonly Result[] } | Fate | Accepted;

const unknown = problem('not_found', {
  detail: 'This account sent no such contact within the last 30 days.',
});

/** Without a value, the answer is sent already. */
function answering(
  answer: (request: Request, response: Response) => Promise<ApiProblem | Answer | undefined>,
): RequestHandler {
  return async (request, response) => {
    const found = await answer(request, response).catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return problem('unavailable', { retryAfterS: unavailableForS });
      // The sender is gone, in the middle of its body.
      if (request.errored) return problem('malformed');
      throw error;
    });
    if (!found || response.destroyed) return;
    if (!request.complete) response.set('Connection', 'close');
    if ('code' in found) sendApiProblem(response, found);
    else response.set('Cache-Control', 'no-store').json(found);
    if (!request.complete) await hearOut(request);
  };
}

function kindOf(request: Request): 'json' | 'ndjson' | undefined {
  const [type = '', ...parameters] = (request.get('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) return undefined;
  switch (type.trim()) {
    case 'application/json':
      return 'json';
    case 'application/x-ndjson':
    case 'application/ndjson':
      return 'ndjson';
    default:
      return undefined;
  }
}

function isPlain(encoding = 'identity'): boolean {
  return encoding.trim().toLowerCase() === 'identity';
}

function readItems(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(decode(bytes) ?? '');
    if (typeof value !== 'object' || value === null) return undefined;
    return Array.isArray(value) ? (value as readonly unknown[]) : [value];
  } catch {
    // Not JSON: the answer says so.
    return undefined;
  }
}

/** A string of structured fields (RFC 8941 3.3.3), or the same without its quotes. */
function readIdempotencyKey(header: string): string | undefined {
  const text = header.trim();
  const quoted = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(text)?.[1];
  const key = quoted?.replaceAll(/\\(.)/g, '$1') ?? (/^[\x21\x23-\x7e]+$/.test(text) ? text : '');
  return key.length >= 1 && key.length <= 255 ? key : undefined;
}
