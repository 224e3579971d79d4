import { expect, fixture, html } from '@open-wc/testing';
import { everyField, inside, loadScript, loadedForm, room, waitUntil, withChanges } from './loaded-form.ts';

before(async () => {
  await loadScript();
});

const fields = everyField;

describe('fields of every kind', () => {
  it('are native controls with labels and help, and nothing is ticked or chosen beforehand', async () => {
    const { element, input, select, choice, form } = await loadedForm('accepting', { fields });
    expect(input('phone').type).to.equal('tel');
    expect(input('site').type).to.equal('url');
    expect(input('birthday').max).to.equal('2020-01-01');
    expect(input('company').placeholder).to.equal('Analytical Engines Ltd');
    expect(input('email').getAttribute('aria-describedby')).to.equal('email-help');
    expect(select('topic').value).to.equal('');
    expect(choice('rhythm', 'w').checked).to.equal(false);
    expect(input('consent').checked).to.equal(false);
    expect(form()?.querySelector('legend')?.textContent.trim()).to.equal('How often');
    expect(form()?.querySelector('a')?.href).to.equal('https://example.com/privacy');
    expect(form()?.querySelector('[type=hidden]')).to.equal(null);
    await expect(element).to.be.accessible();
  });

  it('are sent under their names, with what was captured without asking', async () => {
    const { input, select, choice, button, status, seen } = await loadedForm('accepting', { fields });
    input('email').value = 'ada@example.com';
    input('company').value = 'Engines';
    input('readers').value = '3';
    input('birthday').value = '1815-12-10';
    select('topic').value = 'sea';
    choice('rhythm', 'm').checked = true;
    input('consent').checked = true;
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect((await seen()).posts[0]).to.include({
      email: 'ada@example.com',
      company: 'Engines',
      phone: '',
      readers: '3',
      birthday: '1815-12-10',
      topic: 'sea',
      rhythm: 'm',
      consent: 'yes',
      source: '',
      seen_on: location.origin + location.pathname,
    });
  });

  it('are marked each where it is wrong, and the first gets the focus', async () => {
    const { element, input, select, choice, button, error, focused, seen } = await loadedForm('accepting', {
      fields,
    });
    input('email').value = 'ada@example.com';
    input('company').value = 'engines';
    input('site').value = 'example';
    input('readers').value = '11';
    input('birthday').value = '2021-01-01';
    button().click();
    await waitUntil(() => focused() === input('company'));
    for (const name of ['company', 'site', 'readers', 'birthday']) {
      expect(error(name), name).to.equal('Please check this field.');
      expect(input(name).ariaInvalid, name).to.equal('true');
    }
    expect(error('topic')).to.equal('Please fill in this field.');
    expect(select('topic').ariaInvalid).to.equal('true');
    expect(error('rhythm')).to.equal('Please fill in this field.');
    expect(choice('rhythm', 'w').closest('fieldset')?.ariaInvalid).to.equal('true');
    expect(error('consent')).to.equal('Please tick this box.');
    await expect(element).to.be.accessible();
    expect((await seen()).posts).to.deep.equal([]);
  });

  it('lead to the first choice of a group that nobody answered', async () => {
    const { choice, button, focused } = await loadedForm('accepting', {
      fields: fields.filter(({ name }) => name === 'rhythm'),
    });
    button().click();
    await waitUntil(() => focused() === choice('rhythm', 'w'));
  });

  it('take over what was chosen and ticked in the fallback', async () => {
    const { src, release } = room('loading');
    const element = await fixture<HTMLElement>(
      html`<rasa-signup src=${withChanges(src, { fields })}>
        <form>
          <input name="email" />
          <select name="topic">
            <option value="sea"></option>
            <option value="land"></option>
          </select>
          <input type="radio" name="rhythm" value="w" /><input type="radio" name="rhythm" value="m" />
          <input type="checkbox" name="consent" value="yes" />
        </form>
      </rasa-signup>`,
    );
    const chosen = (selector: string) => element.querySelector<HTMLInputElement>(selector);
    const topic = element.querySelector('select');
    if (topic) topic.value = 'land';
    chosen('[value=m]')?.click();
    chosen('[name=consent]')?.click();
    await release();
    const { form, select, choice, input } = inside(element);
    await waitUntil(() => form());
    expect(select('topic').value).to.equal('land');
    expect(choice('rhythm', 'm').checked).to.equal(true);
    expect(input('consent').checked).to.equal(true);
  });

  for (const layout of ['stacked', 'inline', 'compact']) {
    for (const width of [320, 900]) {
      it(`fit into ${width} pixels, ${layout}, in both directions`, async () => {
        const { src } = room('accepting');
        const box = await fixture<HTMLElement>(
          html`<div style="width: ${width}px">
            <rasa-signup layout=${layout} src=${withChanges(src, { fields })}></rasa-signup>
          </div>`,
        );
        const element = box.firstElementChild ?? box;
        const { form, button, input } = inside(element);
        await waitUntil(() => form());
        for (const dir of ['ltr', 'rtl']) {
          form()?.parentElement?.setAttribute('dir', dir);
          expect(box.scrollWidth).to.equal(width);
          for (const target of [button(), input('email'), input('company')])
            expect(target.getBoundingClientRect().height).to.be.at.least(24);
        }
        await expect(element).to.be.accessible();
      });
    }
  }

  it('stand in one row where that is the layout and there is room for it', async () => {
    const { src } = room('accepting');
    const box = await fixture<HTMLElement>(
      html`<div style="width: 900px"><rasa-signup layout="inline" src=${src}></rasa-signup></div>`,
    );
    const { form, input, button } = inside(box.firstElementChild ?? box);
    await waitUntil(() => form());
    const top = (target: Element) => Math.round(target.getBoundingClientRect().top);
    expect(top(input('last_name'))).to.equal(top(input('email')));
    expect(Math.abs(top(button()) - top(input('email')))).to.be.at.most(2);
    box.style.width = '300px';
    await waitUntil(() => top(input('last_name')) > top(input('email')));
  });
});

describe('words', () => {
  it('come from the definition, and from slots where the page has its own', async () => {
    const { src } = room('accepting');
    const element = await fixture<HTMLElement>(
      html`<rasa-signup src=${withChanges(src, { intro: 'Every Thursday.' })}>
        <a href="https://example.com">The fallback</a>
        <h2 slot="title">The Harbour Letter</h2>
        <span slot="submit">Count me in</span>
        <span slot="accepted">See you on Thursday.</span>
        <small slot="note">No spam.</small>
      </rasa-signup>`,
    );
    const { form, input, button, status } = inside(element);
    await waitUntil(() => form());
    expect(element.shadowRoot?.querySelector('[part=intro]')?.textContent).to.equal('Every Thursday.');
    for (const slotted of element.querySelectorAll<HTMLElement>('h2, [slot=submit], small')) {
      expect(slotted.checkVisibility(), slotted.textContent).to.equal(true);
    }
    expect(element.querySelector('a')?.checkVisibility()).to.equal(false);
    input('email').value = 'ada@example.com';
    button().click();
    await waitUntil(() => status().querySelector('slot'));
    expect(element.querySelector<HTMLElement>('[slot=accepted]')?.checkVisibility()).to.equal(true);
    expect(element.querySelector<HTMLElement>('h2')?.checkVisibility()).to.equal(false);
    await expect(element).to.be.accessible();
  });
});
