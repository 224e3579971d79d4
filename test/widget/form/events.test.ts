import { expect, fixture, html } from '@open-wc/testing';
import { fillIn, inside, loadScript, loadedForm, room, waitUntil } from './loaded-form.ts';

before(async () => {
  await loadScript();
});

const types = ['signup-ready', 'signup-start', 'signup-submit', 'signup-accepted', 'signup-refused'];

/** The events that bubble up to the page, in order, until the test is over. */
function listen(): { readonly heard: string[]; readonly events: Event[] } {
  const heard: string[] = [];
  const events: Event[] = [];
  const note = (event: Event) => {
    const { form, code } = event as Event & { readonly form?: string; readonly code?: string };
    heard.push([event.type.replace('signup-', ''), form, code].filter(Boolean).join(' '));
    events.push(event);
  };
  for (const type of types) document.addEventListener(type, note);
  stop = () => {
    for (const type of types) document.removeEventListener(type, note);
  };
  return { heard, events };
}

let stop = () => undefined as unknown;
afterEach(() => stop());

describe('the page is notified', () => {
  it('that a form is loaded, begun, sent and accepted, without the address', async () => {
    const { heard, events } = listen();
    const { input, button } = await loadedForm('accepting');
    fillIn(input('email'), 'ada@example.com');
    fillIn(input('first_name'), 'Ada');
    button().click();
    await waitUntil(() => heard.length === 4);
    expect(heard).to.deep.equal([
      'ready newsletter',
      'start newsletter',
      'submit newsletter',
      'accepted newsletter',
    ]);
    for (const event of events) {
      expect(JSON.stringify(Object.entries(event))).not.to.include('ada');
      expect(event).to.include({ bubbles: true, composed: true });
    }
  });

  it('why a sign-up was refused, by the page or by the proxy, each time', async () => {
    const { heard } = listen();
    const { input, button } = await loadedForm('limited');
    button().click();
    await waitUntil(() => heard.includes('refused newsletter invalid'));
    fillIn(input('email'), 'ada@example.com');
    button().click();
    await waitUntil(() => heard.includes('refused newsletter rate_limited'));
    expect(heard.filter((event) => event === 'submit newsletter')).to.have.length(2);
  });

  it('out of a shadow root too', async () => {
    const { heard } = listen();
    const host = await fixture(html`<div></div>`);
    const element = document.createElement('rasa-signup');
    element.setAttribute('src', room('accepting').src);
    host.attachShadow({ mode: 'open' }).append(element);
    await waitUntil(() => inside(element).form());
    expect(heard).to.deep.equal(['ready newsletter']);
  });

  it('that a form is begun when typed values come from the fallback, after it is loaded', async () => {
    const { heard } = listen();
    const { src, release } = room('loading');
    const element = await fixture<HTMLElement>(
      html`<rasa-signup src=${src}><input name="email" /></rasa-signup>`,
    );
    const fallback = element.querySelector('input');
    if (fallback) fallback.value = 'ada@example.com';
    await release();
    await waitUntil(() => heard.length === 2);
    expect(heard).to.deep.equal(['ready newsletter', 'start newsletter']);
  });
});
