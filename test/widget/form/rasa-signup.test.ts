import { expect, fixture, html } from '@open-wc/testing';
import type { TemplateResult } from 'lit';
import { inside, loadScript, loadedForm, room, waitUntil } from './loaded-form.ts';

/** These tests run the built script, loaded the way a page loads it. */
before(async () => {
  await loadScript();
});

describe('the form', () => {
  it('has the fields of its definition, as native inputs that browsers fill in', async () => {
    const { element, input } = await loadedForm('accepting');
    const root = element.shadowRoot;
    const labels = [...(root?.querySelectorAll('[part=label]') ?? [])].map((label) =>
      label.textContent.trim().replace(/\s+/g, ' '),
    );
    expect(labels).to.deep.equal(['Email address', 'First name (optional)', 'Last name (optional)']);
    expect(input('email').type).to.equal('email');
    expect(input('email').required).to.equal(true);
    expect(input('email').autocomplete).to.equal('email');
    expect(input('first_name').autocomplete).to.equal('given-name');
    expect([...(input('last_name').labels ?? [])]).to.have.length(1);
    await expect(element).to.be.accessible();
  });

  it('sends what was typed, shows the thanks and moves the focus there', async () => {
    const { element, input, button, status, form, focused, seen } = await loadedForm('accepting');
    const region = status();
    input('email').value = 'ada@example.com';
    input('first_name').value = 'Ada';
    button().focus();
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    // A live region must exist before its message, or it would not be announced.
    expect(status()).to.equal(region);
    expect(form()).to.equal(null);
    await waitUntil(() => focused() === region);
    const [post] = (await seen()).posts;
    expect(post).to.include({
      email: 'ada@example.com',
      first_name: 'Ada',
      last_name: '',
    });
    expect(post?.['id']).to.match(/^\d+(-\d+){3}$/);
    await expect(element).to.be.accessible();
  });

  it('marks a missing field and focuses it, without a request to the proxy', async () => {
    const { element, input, button, error, focused, seen } = await loadedForm('accepting');
    button().click();
    await waitUntil(() => focused() === input('email'));
    expect(error('email')).to.equal('Please fill in this field.');
    expect(input('email').ariaInvalid).to.equal('true');
    expect(input('email').getAttribute('aria-describedby')).to.equal('email-error');
    expect(input('first_name').ariaInvalid).to.equal(null);
    expect((await seen()).posts).to.deep.equal([]);
    await expect(element).to.be.accessible();
  });

  it('marks an invalid address, and removes the mark once it is right', async () => {
    const { input, button, error, status } = await loadedForm('accepting');
    input('email').value = 'ada';
    button().click();
    await waitUntil(() => error('email') === 'Enter an email address like name@example.com.');
    input('email').value = 'ada@example.com';
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
  });

  for (const address of [
    'jörg@example.com',
    'ada@bücher.example',
    '用户@例子.广告',
    'o’hara@mail.example.com',
  ]) {
    it(`leaves the letters of an address to the proxy: ${address}`, async () => {
      const { input, button, status } = await loadedForm('accepting');
      input('email').value = address;
      button().click();
      await waitUntil(() => status().textContent.includes('Thank you'));
    });
  }

  for (const text of [
    'ada',
    'ada@localhost',
    '@example.com',
    'ada @example.com',
    'ada@example.',
    'ada@.com',
  ]) {
    it(`marks an invalid address: ${text}`, async () => {
      const { input, button, error, seen } = await loadedForm('accepting');
      input('email').value = text;
      button().click();
      await waitUntil(() => error('email') === 'Enter an email address like name@example.com.');
      expect((await seen()).posts).to.deep.equal([]);
    });
  }

  it('shows an issue that only the proxy found, at its field', async () => {
    const { input, button, error, focused, status } = await loadedForm('invalid');
    input('email').value = 'ada@example.com';
    button().click();
    await waitUntil(() => focused() === input('email'));
    expect(error('email')).to.equal('Enter an email address like name@example.com.');
    expect(status().textContent).to.include('check the marked fields');
    expect(input('email').value).to.equal('ada@example.com');
  });

  it('reloads the form when the proxy requires a new field, and keeps what was typed', async () => {
    const { form, input, button, error, focused, status } = await loadedForm('grown');
    const shown = form();
    input('email').value = 'ada@example.com';
    input('first_name').value = 'Ada';
    button().click();
    await waitUntil(() => focused()?.getAttribute('name') === 'company');
    expect(error('company')).to.equal('Please fill in this field.');
    expect(status().textContent).to.include('check the marked fields');
    expect(input('email').value).to.equal('ada@example.com');
    expect(input('first_name').value).to.equal('Ada');
    // A dialog stays open.
    expect(form()).to.equal(shown);
    input('company').value = 'Analytical Engines Ltd';
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
  });

  it('does not truncate an address that is too long, but reports it', async () => {
    const { input, button, error } = await loadedForm('accepting');
    input('first_name').value = 'a'.repeat(101);
    input('email').value = 'ada@example.com';
    button().click();
    await waitUntil(() => error('first_name') === 'This is too long.');
    expect(input('first_name').value).to.have.length(101);
  });

  it('sends once, however often the button is pressed, and shows that it is busy', async () => {
    const { input, button, form, seen, release, status } = await loadedForm('held');
    input('email').value = 'ada@example.com';
    button().click();
    button().click();
    await waitUntil(() => form()?.ariaBusy === 'true');
    button().click();
    expect(button().ariaDisabled).to.equal('true');
    expect(button().innerText.trim()).to.equal('Sending…');
    await release();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect((await seen()).posts).to.have.length(1);
  });
});

describe('when something fails', () => {
  for (const [behaviour, words] of [
    ['limited', 'Too many sign-ups'],
    ['gateway', 'could not be reached'],
    ['dropping', 'could not be reached'],
  ] as const) {
    it(`says so and keeps what was typed: ${behaviour}`, async () => {
      const { element, input, button, status } = await loadedForm(behaviour);
      input('email').value = 'ada@example.com';
      input('first_name').value = 'Ada';
      button().click();
      await waitUntil(() => status().textContent.includes(words));
      expect(input('email').value).to.equal('ada@example.com');
      expect(input('first_name').value).to.equal('Ada');
      await expect(element).to.be.accessible();
    });
  }

  it('sends the same sign-up again under the same id, and a changed one under a new one', async () => {
    const { input, button, status, seen } = await loadedForm('limited');
    const send = async (email: string) => {
      const { length } = (await seen()).posts;
      input('email').value = email;
      button().click();
      await waitUntil(async () => (await seen()).posts.length > length);
      await waitUntil(() => status().textContent.includes('Too many'));
    };
    await send('ada@example.com');
    await send('ada@example.com');
    await send('ada@example.org');
    const ids = (await seen()).posts.map(({ id }) => id);
    expect(ids[0]).to.equal(ids[1]);
    expect(ids[2]).not.to.equal(ids[1]);
  });

  it('keeps the fallback if the form is unavailable', async () => {
    const { src, seen } = room('absent');
    const element = await fixture<HTMLElement>(
      html`<rasa-signup src=${src}><a href="https://example.com/signup">Sign up</a></rasa-signup>`,
    );
    await waitUntil(async () => (await seen()).loads === 1);
    expect(element.shadowRoot?.querySelector('form')).to.equal(null);
    expect(element.querySelector('a')?.offsetHeight).to.be.greaterThan(0);
  });

  it('says that the form is unavailable if there is no fallback', async () => {
    const { src } = room('absent');
    const element = await fixture(html`<rasa-signup src=${src}></rasa-signup>`);
    await waitUntil(() => element.shadowRoot?.textContent.includes('could not be loaded'));
    expect(inside(element).status().textContent).to.include('could not be loaded');
  });
});

describe('on the page', () => {
  it('carries over what was typed into the fallback, and the focus', async () => {
    const { src, release } = room('loading');
    const container = await fixture<HTMLElement>(
      html`<div><input name="email" value="ada@example.com" /><input name="first_name" /></div>`,
    );
    const element = document.createElement('rasa-signup');
    element.setAttribute('src', src);
    container.before(element);
    element.append(...container.children);
    const fallback = element.querySelector<HTMLInputElement>('[name=first_name]');
    await waitUntil(() => {
      fallback?.focus();
      return document.activeElement === fallback;
    });
    await release();
    const { form, input, focused } = inside(element);
    await waitUntil(() => form());
    expect(input('email').value).to.equal('ada@example.com');
    await waitUntil(() => focused() === input('first_name'));
    element.remove();
  });

  it('does not ask twice when the form is moved', async () => {
    const { src, seen } = room('accepting');
    const [from, to] = await Promise.all([fixture(html`<div></div>`), fixture(html`<div></div>`)]);
    const element = document.createElement('rasa-signup');
    element.setAttribute('src', src);
    from.append(element);
    const { form, input } = inside(element);
    await waitUntil(() => form());
    input('email').value = 'ada@example.com';
    to.append(element);
    await waitUntil(() => element.isConnected);
    expect(input('email').value).to.equal('ada@example.com');
    expect((await seen()).loads).to.equal(1);
  });

  it('loads again when it was taken out before it had loaded', async () => {
    const { src } = room('accepting');
    const container = await fixture(html`<div></div>`);
    const element = document.createElement('rasa-signup');
    element.setAttribute('src', src);
    container.append(element);
    await Promise.resolve();
    element.remove();
    container.append(element);
    await waitUntil(() => inside(element).form());
  });

  it('follows its src: the last one wins', async () => {
    const [first, second] = [room('absent'), room('accepting')];
    const element = await fixture<HTMLElement>(html`<rasa-signup src=${first.src}></rasa-signup>`);
    element.setAttribute('src', second.src);
    await waitUntil(() => inside(element).form());
  });

  it('loads once when several attributes are set, in any order', async () => {
    const { src, seen } = room('accepting');
    const container = await fixture(html`<div></div>`);
    const element = document.createElement('rasa-signup');
    container.append(element);
    element.setAttribute('lang', 'de');
    element.setAttribute('src', src);
    element.setAttribute('display', 'popup');
    // An unknown display counts as none.
    await waitUntil(() => inside(element).form()?.checkVisibility());
    expect(inside(element).form()?.closest<HTMLElement>('[lang]')?.lang).to.equal('de');
    expect((await seen()).loads).to.equal(1);
  });

  it('keeps what was typed when its language changes twice in quick succession', async () => {
    const { element, input, form } = await loadedForm('accepting');
    input('email').value = 'ada@example.com';
    element.lang = 'fr';
    await new Promise((resolve) => setTimeout(resolve));
    expect(form()).to.equal(null);
    element.lang = 'de';
    await waitUntil(() => form());
    expect(form()?.closest<HTMLElement>('[lang]')?.lang).to.equal('de');
    expect(input('email').value).to.equal('ada@example.com');
  });

  it('changes its language when it comes back, if `lang` changed meanwhile', async () => {
    const { element, input, form } = await loadedForm('accepting');
    const container = element.parentElement;
    input('email').value = 'ada@example.com';
    element.remove();
    element.lang = 'de';
    container?.append(element);
    await waitUntil(() => form()?.closest<HTMLElement>('[lang]')?.lang === 'de');
    expect(input('email').value).to.equal('ada@example.com');
  });

  it('has `src` as a property too, which equals the attribute', async () => {
    const [first, second] = [room('absent'), room('accepting')];
    const element: HTMLElement & { src?: string | null } = document.createElement('rasa-signup');
    element.src = first.src;
    expect(element.getAttribute('src')).to.equal(first.src);
    element.setAttribute('src', second.src);
    expect(element.src).to.equal(second.src);
    (await fixture(html`<div></div>`)).append(element);
    await waitUntil(() => inside(element).form());
    element.src = null;
    expect(element.hasAttribute('src')).to.equal(false);
    await waitUntil(() => !inside(element).form());
  });

  it('applies a `src` that was set before the element was defined', async () => {
    const { src } = room('accepting');
    const frame = await fixture<HTMLIFrameElement>(html`<iframe></iframe>`);
    const page = frame.contentDocument;
    if (!page) throw new Error('no page');
    const element = page.createElement('rasa-signup');
    Object.assign(element, { src: new URL(src, location.href).href });
    const script = page.createElement('script');
    script.src = new URL('/dist/widget/embed.js', location.href).href;
    page.body.append(element, script);
    await waitUntil(() => element.shadowRoot?.querySelector('form'));
    expect(Object.hasOwn(element, 'src')).to.equal(false);
  });

  it('looks like the page: its font, its colour, its theme', async () => {
    const { element, input, button } = await loadedForm('accepting');
    element.style.font = 'italic 23px Georgia';
    element.style.color = 'rgb(1, 2, 3)';
    expect(getComputedStyle(input('email')).fontFamily).to.equal('Georgia');
    expect(getComputedStyle(input('email')).fontSize).to.equal('23px');
    expect(getComputedStyle(input('email')).color).to.equal('rgb(1, 2, 3)');
    const background = () => getComputedStyle(button()).backgroundColor;
    element.style.colorScheme = 'light';
    const light = background();
    element.style.colorScheme = 'dark';
    expect(background()).not.to.equal(light);
    // The page may refer to its own properties in ours.
    document.body.style.setProperty('--accent', 'rgb(9, 8, 7)');
    element.style.setProperty('--rasa-signup-accent', 'var(--accent)');
    expect(background()).to.equal('rgb(9, 8, 7)');
    document.body.style.removeProperty('--accent');
  });
});

describe('the script', () => {
  it('changes nothing when it is loaded twice', async () => {
    const defined = customElements.get('rasa-signup');
    await loadScript();
    expect(customElements.get('rasa-signup')).to.equal(defined);
  });

  for (const attributes of [{}, { async: '' }, { defer: '' }, { type: 'module' }] as Record<
    string,
    string
  >[]) {
    it(`places one form after its tag: ${JSON.stringify(attributes)}`, async () => {
      const script = await loadScript({ 'data-form': 'news letter', ...attributes });
      const element = script.nextElementSibling;
      expect(element?.localName).to.equal('rasa-signup');
      expect(element?.getAttribute('src')).to.equal(`${location.origin}/dist/widget/forms/news%20letter`);
      // Another copy of the script, or the same one run again by an optimiser.
      await loadScript();
      expect(element?.nextElementSibling?.localName).not.to.equal('rasa-signup');
      script.remove();
      element?.remove();
    });
  }

  it('leaves nothing behind on the page but the element', async () => {
    const frame = await fixture<HTMLIFrameElement>(html`<iframe></iframe>`);
    const page = frame.contentWindow as unknown as Record<string, unknown> & Window;
    const before = new Set(Object.getOwnPropertyNames(page));
    const script = page.document.createElement('script');
    script.src = '/dist/widget/embed.js';
    page.document.body.append(script);
    await new Promise((resolve) => {
      script.addEventListener('load', resolve);
    });
    const added = Object.getOwnPropertyNames(page).filter((name) => !before.has(name));
    expect(added).to.deep.equal([]);
    expect(page.document.styleSheets).to.have.length(0);
  });
});

describe('its language', () => {
  const labelOf = (element: Element) => inside(element).input('email').labels?.[0]?.textContent.trim();

  async function formIn(markup: (src: string) => TemplateResult) {
    const outer = await fixture<HTMLElement>(markup(room('accepting').src));
    const element = outer.matches('rasa-signup') ? outer : outer.querySelector('rasa-signup');
    if (!element) throw new Error('no element');
    await waitUntil(() => inside(element).form());
    return { element, around: inside(element).form()?.closest<HTMLElement>('[lang]') };
  }

  it('is that of the element', async () => {
    const { element, around } = await formIn(
      (src) => html`<rasa-signup lang="de-AT" src=${src}></rasa-signup>`,
    );
    expect(labelOf(element)).to.equal('E-Mail-Adresse');
    expect(around?.lang).to.equal('de');
    await expect(element).to.be.accessible();
  });

  it('is that of the surrounding part of the page, with its direction', async () => {
    const { element, around } = await formIn(
      (src) => html`<section lang="ar" dir="rtl"><rasa-signup src=${src}></rasa-signup></section>`,
    );
    expect(around?.dir).to.equal('rtl');
    expect(getComputedStyle(inside(element).status()).direction).to.equal('rtl');
    expect(inside(element).input('email').dir).to.equal('ltr');
    await expect(element).to.be.accessible();
  });

  it('is that of the URL, if the URL names one', async () => {
    const { element } = await formIn(
      (src) => html`<section lang="ar"><rasa-signup src=${`${src}?lang=fr`}></rasa-signup></section>`,
    );
    expect(labelOf(element)).to.equal('Adresse e-mail');
  });

  it("is the visitor's on a page that does not declare one", async () => {
    const { lang } = document.documentElement;
    document.documentElement.removeAttribute('lang');
    const { around } = await formIn((src) => html`<rasa-signup src=${src}></rasa-signup>`);
    document.documentElement.lang = lang;
    // The test browser accepts English, or names no language.
    expect(around?.lang).to.equal('en');
  });
});
