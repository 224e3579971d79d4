import { expect, fixture, html, nextFrame } from '@open-wc/testing';
import { fillIn, inside, loadScript, loadedForm, room, waitUntil } from '../form/loaded-form.ts';

before(async () => {
  await loadScript();
});

const challenges = ({ asked }: { readonly asked: readonly string[] }) =>
  asked.filter((what) => what.startsWith('challenge')).length;

let restore = (): void => undefined;
afterEach(() => {
  restore();
});

/** Advances the clock of this page until the test is over. */
function advanceClock(ms: number): void {
  const now = Performance.prototype.now.bind(performance);
  performance.now = () => now() + ms;
  restore = () => Reflect.deleteProperty(performance, 'now');
}

/**
 * The number of requests that were answered, as the browser counts them. The stub only knows which requests
 * arrived.
 */
const answered = (what: string) =>
  performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname.endsWith(what)).length;

describe('the proof of work', () => {
  for (const event of ['focusin', 'pointerdown', 'input', 'change']) {
    it(`is begun when the form is first touched, once, and nothing is fetched before: ${event}`, async () => {
      const { input, seen } = await loadedForm('accepting');
      await nextFrame();
      await nextFrame();
      expect((await seen()).asked).to.deep.equal([]);
      for (let i = 0; i < 3; i++) input('first_name').dispatchEvent(new Event(event, { bubbles: true }));
      await waitUntil(async () => (await seen()).asked.length === 2);
      input('email').dispatchEvent(new Event(event, { bubbles: true }));
      await nextFrame();
      expect((await seen()).asked).to.have.members(['challenge', 'proof.js']);
    });
  }

  it('is begun at once if the visitor had typed into the fallback', async () => {
    const { src, seen, release } = room('loading');
    const element = await fixture<HTMLElement>(
      html`<rasa-signup src=${src}><input name="email" value="ada@example.com" /></rasa-signup>`,
    );
    const fallback = element.querySelector('input');
    if (fallback) fallback.value = 'grace@example.com';
    await release();
    await waitUntil(async () => challenges(await seen()) === 1);
  });

  it('is not begun by a default value of the fallback', async () => {
    const { src, seen } = room('accepting');
    const element = await fixture<HTMLElement>(
      html`<rasa-signup src=${src}><input name="email" value="ada@example.com" /></rasa-signup>`,
    );
    await waitUntil(() => inside(element).form());
    await nextFrame();
    expect(inside(element).input('email').value).to.equal('ada@example.com');
    expect((await seen()).asked).to.deep.equal([]);
  });

  it('is sent by a form that the browser has filled in', async () => {
    const { input, button, status, seen } = await loadedForm('accepting');
    fillIn(input('email'), 'ada@example.com');
    fillIn(input('first_name'), 'Ada');
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    const { proofs, posts } = await seen();
    expect(proofs).to.deep.equal(['valid']);
    expect(posts[0]).to.include({ email: 'ada@example.com', first_name: 'Ada' });
    expect(challenges(await seen())).to.equal(1);
  });

  it('is sent even if nothing was touched before the button', async () => {
    const { input, button, status, seen } = await loadedForm('accepting');
    input('email').value = 'ada@example.com';
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect((await seen()).proofs).to.deep.equal(['valid']);
  });

  it('is not requested if the form needs none', async () => {
    const { input, button, status, seen } = await loadedForm('trusting');
    fillIn(input('email'), 'ada@example.com');
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect((await seen()).proofs).to.deep.equal(['none']);
    expect(challenges(await seen())).to.equal(0);
  });

  it('is still valid after an issue in the fields', async () => {
    const { input, button, error, seen } = await loadedForm('invalid');
    for (const times of [1, 2]) {
      fillIn(input('email'), `ada${times}@example.com`);
      button().click();
      await waitUntil(async () => (await seen()).posts.length === times);
      await waitUntil(() => error('email') !== '' && button().ariaDisabled === 'false');
    }
    const { posts, proofs } = await seen();
    expect(proofs).to.deep.equal(['valid', 'valid']);
    expect(posts[1]?.['proof']).to.equal(posts[0]?.['proof']);
    expect(challenges(await seen())).to.equal(1);
  });

  it('is replaced after every other answer', async () => {
    const { input, button, status, seen } = await loadedForm('limited');
    fillIn(input('email'), 'ada@example.com');
    for (const times of [1, 2]) {
      button().click();
      await waitUntil(async () => (await seen()).posts.length === times);
      await waitUntil(() => button().ariaDisabled === 'false' && status().textContent.includes('Too many'));
    }
    expect((await seen()).proofs).to.deep.equal(['valid', 'valid']);
    expect(challenges(await seen())).to.equal(2);
  });

  it("is replaced before it expires, even if the visitor's clock is wrong", async () => {
    const before = answered('/challenge');
    const { input, button, status, seen } = await loadedForm('accepting');
    fillIn(input('email'), 'ada@example.com');
    await waitUntil(() => answered('/challenge') === before + 1);
    advanceClock(8 * 60_000);
    fillIn(input('first_name'), 'Ada');
    await nextFrame();
    expect(challenges(await seen())).to.equal(1);
    advanceClock(9.5 * 60_000);
    fillIn(input('first_name'), 'Augusta Ada');
    await waitUntil(() => answered('/challenge') === before + 2);
    await nextFrame();
    advanceClock(30 * 60_000);
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect(challenges(await seen())).to.equal(3);
    expect((await seen()).proofs).to.deep.equal(['valid']);
  });

  it('is aborted when the element is removed, and begun again when it is back', async () => {
    const { element, input, button, status, seen } = await loadedForm('accepting');
    fillIn(input('email'), 'ada@example.com');
    await waitUntil(async () => challenges(await seen()) === 1);
    const parent = element.parentElement;
    element.remove();
    await nextFrame();
    expect(challenges(await seen())).to.equal(1);
    parent?.append(element);
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect((await seen()).proofs).to.deep.equal(['valid']);
    expect(challenges(await seen())).to.equal(2);
  });

  it('stops the work when the element is removed', async () => {
    const { element, input } = await loadedForm('hard');
    const deriveBits = crypto.subtle.deriveBits.bind(crypto.subtle);
    restore = () => Reflect.deleteProperty(crypto.subtle, 'deriveBits');
    let derived = 0;
    const gone = new Promise<void>((resolve) => {
      crypto.subtle.deriveBits = (...args) => {
        if (++derived === 10) {
          element.remove();
          resolve();
        }
        return deriveBits(...args);
      };
    });
    fillIn(input('email'), 'ada@example.com');
    await gone;
    await nextFrame();
    await nextFrame();
    expect(derived).to.equal(10);
  });

  it('is still sent when the element is removed after the button was pressed', async () => {
    const { element, input, button, seen } = await loadedForm('hard');
    fillIn(input('email'), 'ada@example.com');
    button().click();
    element.remove();
    await waitUntil(async () => (await seen()).posts.length === 1);
    expect((await seen()).proofs).to.deep.equal(['valid']);
  });

  it('is for the current form: another src uses its own proxy', async () => {
    const [first, second] = [room('hard'), room('accepting')];
    const element = await fixture<HTMLElement>(html`<rasa-signup src=${first.src}></rasa-signup>`);
    const { form, input, button, status } = inside(element);
    await waitUntil(() => form());
    fillIn(input('email'), 'ada@example.com');
    element.setAttribute('src', second.src);
    await waitUntil(() => form()?.getAttribute('action') === second.src);
    fillIn(input('email'), 'grace@example.com');
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect((await first.seen()).posts).to.deep.equal([]);
    expect((await second.seen()).proofs).to.deep.equal(['valid']);
  });

  it('does not show the result of the old form on the new one', async () => {
    const [first, second] = [room('held'), room('accepting')];
    const element = await fixture<HTMLElement>(html`<rasa-signup src=${first.src}></rasa-signup>`);
    const { form, input, button, status } = inside(element);
    await waitUntil(() => form());
    fillIn(input('email'), 'ada@example.com');
    button().click();
    await waitUntil(async () => (await first.seen()).posts.length === 1);
    element.setAttribute('src', second.src);
    await waitUntil(() => form()?.getAttribute('action') === second.src);
    await first.release();
    await nextFrame();
    await nextFrame();
    expect(status().textContent.trim()).to.equal('');
    expect(button().ariaDisabled).to.equal('false');
  });

  it('is found at a proxy that is mounted below a path, whatever its URL ends with', async () => {
    const { src, seen } = room('accepting');
    const element = await fixture<HTMLElement>(
      html`<rasa-signup src=${`${src}/?from=footer`}></rasa-signup>`,
    );
    const { form, input } = inside(element);
    await waitUntil(() => form());
    fillIn(input('email'), 'ada@example.com');
    await waitUntil(async () => (await seen()).asked.length === 2);
    expect((await seen()).asked).to.have.members(['challenge', 'proof.js']);
  });
});

describe('a challenge that is unavailable', () => {
  it('is not requested again by every touch, but when the form is sent', async () => {
    const { input, button, status, seen, release } = await loadedForm('busy');
    for (const value of ['a', 'ad', 'ada@example.com']) fillIn(input('email'), value, 'input');
    await waitUntil(async () => challenges(await seen()) === 1);
    await nextFrame();
    fillIn(input('email'), 'ada@example.com');
    expect(challenges(await seen())).to.equal(1);
    expect(status().textContent.trim()).to.equal('');

    button().click();
    await waitUntil(() => status().textContent.includes('Too many'));
    expect(challenges(await seen())).to.equal(2);
    expect((await seen()).posts).to.deep.equal([]);
    expect(input('email').value).to.equal('ada@example.com');

    await release();
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
  });
});

describe('a suspicion', () => {
  it('is answered with a new proof under the same id, and the visitor does not see it', async () => {
    const { input, button, status, seen } = await loadedForm('forgetful');
    const said: string[] = [];
    const observer = new MutationObserver(() => said.push(status().textContent.trim()));
    observer.observe(status(), { childList: true, subtree: true, characterData: true });
    fillIn(input('email'), 'ada@example.com');
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    observer.disconnect();
    const { posts, proofs } = await seen();
    expect(proofs).to.deep.equal(['valid', 'valid']);
    expect(posts[1]?.['id']).to.equal(posts[0]?.['id']);
    expect(posts[1]?.['proof']).not.to.equal(posts[0]?.['proof']);
    // D16: the new challenge is told how long the visitor has been there.
    const { asked } = await seen();
    expect(asked.filter((what) => what !== 'proof.js')).to.deep.equal([
      'challenge',
      'challenge?since=first-touched',
    ]);
    expect(said.filter((words) => words !== '' && !words.includes('Thank you'))).to.deep.equal([]);
  });

  it('that persists is shown, and the next try is sent without the value in the honeypot', async () => {
    const { element, input, honeypot, button, status, seen } = await loadedForm('suspicious');
    fillIn(input('email'), 'ada@example.com');
    honeypot().value = 'Ada Lovelace';
    button().click();
    await waitUntil(() => status().textContent.includes('We could not tell that you are a person'));
    expect(honeypot().value).to.equal('');
    expect(input('email').value).to.equal('ada@example.com');
    await expect(element).to.be.accessible();
    button().click();
    await waitUntil(async () => (await seen()).posts.length === 4);
    expect((await seen()).posts.map((post) => post['your_message'])).to.deep.equal([
      'Ada Lovelace',
      'Ada Lovelace',
      undefined,
      undefined,
    ]);
  });
});

describe('the honeypot', () => {
  it('is visible only to robots', async () => {
    const { element, honeypot } = await loadedForm('accepting');
    const { type, tabIndex, autocomplete } = honeypot();
    expect({ type, tabIndex, autocomplete }).to.deep.equal({
      type: 'text',
      tabIndex: -1,
      autocomplete: 'off',
    });
    expect(honeypot().labels?.[0]?.textContent.trim()).to.equal('Leave this field empty');
    expect(honeypot().closest('[aria-hidden=true]')).not.to.equal(null);
    // Neither hidden nor moved away: robots look for the former, and the latter makes pages scroll.
    expect(getComputedStyle(honeypot()).display).not.to.equal('none');
    expect(getComputedStyle(honeypot()).visibility).to.equal('visible');
    for (const dir of ['ltr', 'rtl']) {
      element.dir = dir;
      const outer = element.getBoundingClientRect();
      const box = honeypot().parentElement?.getBoundingClientRect();
      expect(box?.width).to.equal(1);
      expect(box?.left).to.be.within(outer.left, outer.right);
      const { x, y } = honeypot().getBoundingClientRect();
      expect(element.shadowRoot?.elementFromPoint(x + 0.5, y + 0.5)).not.to.equal(honeypot());
    }
  });

  it('is not sent when it is empty', async () => {
    const { input, button, status, seen } = await loadedForm('accepting');
    fillIn(input('email'), 'ada@example.com');
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect((await seen()).posts[0]).not.to.have.property('your_message');
  });
});
