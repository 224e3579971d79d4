import express from 'express';
import type { BuilderSetup, PinnedScript } from '../../shared/builder.ts';
import type { Pending } from '../../shared/signup.ts';
import type { Forms } from '../forms/forms.ts';
import type { BuilderGate } from '../http/builder-gate.ts';
import type { PublicAddress } from '../http/public-address.ts';
import { isBuilderLanguage, renderHome, renderPreview } from '../pages/builder-page.ts';
import { pendingOf } from './confirm/confirm-routes.ts';
import { wordsFor } from './language.ts';

export interface BuilderPagesOptions {
  readonly gate: BuilderGate;
  readonly forms: Pick<Forms, 'all' | 'find'>;
  readonly pinned: PinnedScript;
  /** With the URL of its contacts page; `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: { readonly url: string; readonly countContacts: () => Promise<number> } | undefined;
  readonly address: PublicAddress;
}

/**
 * The builder and the page in its preview frame. Without permission to open them, the answer is the same as
 * for a path that does not exist.
 */
export function createBuilderPages({
  gate,
  forms,
  pinned,
  sandbox,
  address,
}: BuilderPagesOptions): express.Router {
  const pages = express.Router({ caseSensitive: true });
  const open: express.RequestHandler = (request, _response, next) => {
    next(gate.isOpen(request.query['token']) ? undefined : 'route');
  };

  pages.get('/', open, async (request, response) => {
    const words = wordsFor(request);
    const lang = isBuilderLanguage(words.lang) ? words.lang : 'en';
    const setup: BuilderSetup = {
      proxy: address.of(request),
      prefix: address.prefix,
      forms: forms.all().map((form) => ({
        id: form.id,
        title: form.definitionIn(words).title,
        languages: form.languages.map(({ lang }) => lang),
        titles: Object.fromEntries(
          form.languages.map((words) => [words.lang, form.definitionIn(words).title]),
        ),
        sites: form.origins.listed,
      })),
      pinned,
      preview: `${address.prefix}/preview${gate.query}`,
      sandbox: sandbox && { href: sandbox.url, contacts: await sandbox.countContacts() },
    };
    response.set({ 'Cache-Control': 'no-store', 'Content-Language': lang }).vary('Accept-Language');
    response.send(renderHome({ lang, setup }));
  });

  pages.get('/preview', open, (_request, response) => {
    response.set('Cache-Control', 'no-store').send(renderPreview(address.prefix));
  });

  // What the form shows while a sign-up waits for its click. The address is an example.
  pages.get('/preview/pending/:form', open, (request, response, next) => {
    const form = forms.find(String(request.params['form']));
    if (!form) {
      next('route');
      return;
    }
    const words = wordsFor(request, form.languages);
    response.set('Cache-Control', 'no-store').vary('Accept-Language');
    response
      .status(202)
      .json(pendingOf({ ticket: 'preview', email: 'ada@gmail.com' }, form, words) satisfies Pending);
  });
  return pages;
}
