import type { FormDefinition } from '../../shared/form.ts';
import type { Problem } from '../../shared/signup.ts';
import type { Finding } from './finding.ts';
import { findKeys, findTouches } from './keys.ts';
import { measureContrasts } from './measured-contrast.ts';
import { findTag } from './tag.ts';

/**
 * Checks everything that can keep a form from working on its page. Sends only the requests that the form
 * itself makes.
 */
export async function diagnose(element: HTMLElement): Promise<readonly Finding[]> {
  if (element instanceof HTMLScriptElement) return findTag(element);
  const src = element.getAttribute('src');
  const loaded = await loadAgain(src);
  const proof = loaded.definition?.proof ? [await findProof()] : [];
  return [
    loaded.finding,
    ...proof,
    ...findScripts(),
    ...findPlace(element),
    ...findKeys(element),
    ...findTouches(element),
    ...findContrasts(element),
  ];
}

type Loaded =
  | { readonly finding: Finding; readonly definition: FormDefinition }
  | { readonly finding: Finding; readonly definition?: undefined };

async function loadAgain(src: string | null): Promise<Loaded> {
  if (!src || !URL.canParse(src, document.baseURI)) {
    return fault(
      'address',
      `The attribute src is ${JSON.stringify(src)}; wanted is the address of a form, such as https://signup.example.com/forms/newsletter.`,
    );
  }
  const blocked = watchPolicy(src);
  try {
    const response = await fetch(src, { headers: { accept: 'application/json' }, credentials: 'omit' });
    const answer = (await response.json().catch(() => ({}))) as Partial<FormDefinition & Problem>;
    if (!response.ok)
      return fault(
        'answer',
        `The proxy answers with ${response.status} ${answer.code ?? ''}: ${answer.detail ?? answer.title ?? 'nothing more is said.'}`,
      );
    if (!answer.fields) return fault('address', `What answers at ${src} is not a form of the proxy.`);
    return {
      finding: fine('answer', `The form "${answer.id ?? ''}" is there, in ${answer.lang ?? ''}.`),
      definition: answer as FormDefinition,
    };
  } catch {
    return await whyNot(src, blocked.directive);
  } finally {
    blocked.stop();
  }
}

/**
 * The browser does not report why a request failed. To find the cause, this requests a file of the proxy that
 * every page may read. The module came from the same server, so the proxy was reachable then.
 */
async function whyNot(src: string, directive: () => string | undefined): Promise<Loaded> {
  const { origin } = new URL(src, document.baseURI);
  // The violation is reported after the request fails.
  await new Promise((resolve) => setTimeout(resolve));
  const blockedBy = directive();
  if (blockedBy !== undefined)
    return fault('blocked', `This page's Content-Security-Policy blocks it: add ${origin} to ${blockedBy}.`);
  try {
    await fetch(new URL('embed.js', moduleAddress), { credentials: 'omit' });
    return fault(
      'origin',
      `The proxy is there, and does not allow this page: add ${location.origin} to ALLOWED_ORIGINS, or to the form's origins.`,
    );
  } catch {
    return fault(
      'blocked',
      `Nothing answers at ${origin} now: the proxy does not run, or an extension or a network filter of this visitor blocks it.`,
    );
  }
}

/** The proxy's other files for browsers have the same base URL. */
const moduleAddress = import.meta.url;

function watchPolicy(src: string) {
  const { origin } = new URL(src, document.baseURI);
  let directive: string | undefined;
  const note = ({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent): void => {
    if (blockedURI.startsWith(origin)) directive = effectiveDirective;
  };
  document.addEventListener('securitypolicyviolation', note);
  return {
    directive: () => directive,
    stop() {
      document.removeEventListener('securitypolicyviolation', note);
    },
  };
}

async function findProof(): Promise<Finding> {
  const parts = isSecureContext ? ['proof.js'] : ['proof.js', 'pbkdf2.js'];
  for (const part of parts) {
    const { href } = new URL(part, moduleAddress);
    try {
      await import(/* @vite-ignore */ href);
    } catch {
      const words = `${href} is blocked, so that nobody can prove anything: visitors have to confirm with one more click.`;
      return { is: 'fault', about: 'proof', words };
    }
  }
  return fine('proof', 'The proof of work can be made on this page.');
}

function findScripts(): readonly Finding[] {
  const addresses = [...document.querySelectorAll('script')]
    .map(({ src }) => src)
    .filter((src) => /\/embed(\.[0-9a-f]{16})?\.js([?#]|$)/.test(src));
  const different = [...new Set(addresses)];
  if (different.length > 1)
    return [
      {
        is: 'fault',
        about: 'script',
        words: `The script is there in ${different.length} versions, and the first that ran is in force: ${different.join(', ')}. Leave one.`,
      },
    ];
  if (addresses.length > 1)
    return [
      fine('script', `The script stands here ${addresses.length} times. It does no harm; once is enough.`),
    ];
  return [];
}

function findPlace(element: HTMLElement): readonly Finding[] {
  if (element.closest('head'))
    return [
      {
        is: 'fault',
        about: 'place',
        words:
          'The form stands in <head>, where nothing is shown. Move it, or its script tag, to where it should be seen.',
      },
    ];
  if (!element.checkVisibility({ visibilityProperty: true }))
    return [
      {
        is: 'fault',
        about: 'place',
        words:
          'The form is hidden, by the page or by something around it. What is hidden does not open over the page either.',
      },
    ];
  const around = element.closest('a[href],button,label,summary');
  if (around)
    return [
      {
        is: 'fault',
        about: 'place',
        words: `The form is in a <${around.localName}>, which takes clicks that are meant for the form. Move it out of there.`,
      },
    ];
  if (element.closest('[inert]'))
    return [
      {
        is: 'fault',
        about: 'place',
        words: 'The form is in an inert part of the page, where nothing can be used or opened.',
      },
    ];
  return [];
}

function findContrasts(element: HTMLElement): readonly Finding[] {
  const low = measureContrasts(element.shadowRoot ?? element).filter(({ ratio, wanted }) => ratio < wanted);
  return low.map(({ what, ratio, wanted }) => ({
    is: 'fault',
    about: 'contrast',
    words: `The ${what} is hard to see: contrast ${ratio.toFixed(1)}, wanted ${wanted} (WCAG 2.2).`,
  }));
}

function fine(about: Finding['about'], words: string): Finding {
  return { is: 'fine', about, words };
}

function fault(about: Finding['about'], words: string): { readonly finding: Finding } {
  return { finding: { is: 'fault', about, words } };
}
