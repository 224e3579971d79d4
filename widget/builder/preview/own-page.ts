import type { Site } from './frame-messages.ts';

/** What a page can be shown with. Everything that runs, loads or embeds is left out. */
const left =
  'script, noscript, template, style, link, meta, base, title, iframe, frame, object, embed, applet, portal, audio, video, source, track';

/** Attributes that load something, lead somewhere or run. */
const dropped = /^(?:on.*|src|srcset|href|xlink:href|action|formaction|poster|data|background|ping|style)$/i;

/** The styles of a page that was pasted. Constructed sheets ignore `@import`; the policy blocks files. */
export function stylesOf({ html = '' }: Site): string {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  return [...parsed.querySelectorAll('style')].map(({ textContent }) => textContent).join('\n');
}

/**
 * The marketer's page with the form in its `place`: where a form of ours was pasted, else at the end of the
 * text. It is rebuilt without anything that runs or loads; `url()` is removed from styles.
 */
export function drawOwnPage({ html = '' }: Site, place: HTMLElement): readonly Node[] {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const mark = parsed.querySelector('rasa-signup, script[data-form]');
  mark?.replaceWith(parsed.createElement('signup-place'));
  for (const element of parsed.querySelectorAll(left)) element.remove();
  for (const element of parsed.body.querySelectorAll<HTMLElement>('*')) {
    const styles = element.getAttribute('style');
    for (const { name } of [...element.attributes]) if (dropped.test(name)) element.removeAttribute(name);
    // Set by script, since the policy allows no style attributes.
    if (styles !== null) element.style.cssText = styles.replace(/url\([^)]*\)/gi, 'none');
  }
  const body = document.importNode(parsed.body, true);
  const at = body.querySelector('signup-place');
  if (at) at.replaceWith(place);
  else (body.querySelector('main article, article, main') ?? body).append(place);
  return [...body.childNodes];
}

/** A picture of the marketer's page, with the form over it. A canvas loads nothing. */
export function drawPicture(picture: File, place: HTMLElement): readonly Node[] {
  const canvas = document.createElement('canvas');
  canvas.className = 'own-picture';
  void createImageBitmap(picture).then(
    (bitmap) => {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    },
    () => undefined,
  );
  const over = document.createElement('div');
  over.className = 'over-picture';
  over.append(place);
  return [canvas, over];
}
