import type { Design } from '../design.ts';
import { createElement } from '../snippet/markup.ts';
import type { Show } from './frame-messages.ts';

/** The places of a form on a newsletter's page: beside what it is about, in a text, or at the foot. */
export type Arrangement = 'beside' | 'within' | 'foot';

export function arrangementOf({ display, layout, maxWidth }: Design): Arrangement {
  if (display !== 'inline') return 'within';
  if (maxWidth === '100%') return 'foot';
  return layout === 'inline' ? 'within' : 'beside';
}

/** The page of an invented newsletter, with the form in its `place`. */
export function drawNewsletter(
  { page, design }: Pick<Show, 'page' | 'design'>,
  place: HTMLElement,
): readonly HTMLElement[] {
  const create = createElement.bind(undefined, document);
  const arrangement = arrangementOf(design);
  const picture = create('img', { src: 'pages/harbour.svg', alt: page.picture });
  const header = create(
    'header',
    {},
    create('strong', {}, page.site),
    create('nav', {}, ...page.links.map((link) => create('a', { href: '#' }, link))),
  );
  const invitation = create('h2', { class: 'invitation' }, page.invitation);
  if (arrangement === 'beside')
    return [
      header,
      create(
        'main',
        { class: 'beside' },
        create(
          'div',
          {},
          create('p', { class: 'kicker' }, page.kicker),
          create('h1', {}, page.title),
          create('p', { class: 'lead' }, page.lead),
          picture,
        ),
        create('div', {}, invitation, place),
      ),
    ];
  const story = create(
    'article',
    {},
    create('p', { class: 'kicker' }, page.issue),
    create('h1', {}, page.headline),
    picture,
    create('p', {}, page.story),
  );
  if (arrangement === 'foot') return [header, create('main', {}, story), create('footer', {}, place)];
  story.append(place, create('p', {}, page.more, ' ', create('a', { href: '#' }, page.link)));
  return [header, create('main', {}, story)];
}
