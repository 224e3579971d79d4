import { expect, fixture, html } from '@open-wc/testing';
import { everyField } from '../../helpers/forms/every-field.ts';
import { inside, loadScript, loadedForm, room, waitUntil, withChanges } from './loaded-form.ts';

before(async () => {
  await loadScript();
});

const { fields } = everyField();

describe('fields of every kind', () => {
  it('are native controls with labels and help, and nothing is ticked or chosen in advance', async () => {
    const { element, input, select, choice, form } = await loadedForm('accepting', { fields });
    expect(input('phone').type).to.equal('tel');
    expect(input('website').type).to.equal('url');
    expect(input('born').max).to.equal('2020-12-31');
    expect(input('email').placeholder).to.equal('name@example.com');
    expect(input('email').getAttribute('aria-describedby')).to.equal('email-help');
    expect(select('coast').value).to.equal('');
    expect(choice('how_often', '7').checked).to.equal(false);
    expect(input('privacy').checked).to.equal(false);
    expect(form()?.querySelector('legend')?.textContent.trim()).to.equal('How often?');
    expect(form()?.querySelector('a')?.href).to.equal('https://www.example.com/privacy');
    expect(form()?.querySelector('[type=hidden]')).to.equal(null);
    await expect(element).to.be.accessible();
  });

  it('are sent under their names, with the values of the hidden fields', async () => {
    const { input, select, choice, button, status, seen } = await loadedForm('accepting', { fields });
    input('email').value = 'ada@example.com';
    input('nickname').value = 'Ada';
    input('boats').value = '3';
    input('born').value = '1915-12-10';
    select('coast').value = 's';
    choice('how_often', '30').checked = true;
    input('privacy').checked = true;
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect((await seen()).posts[0]).to.include({
      email: 'ada@example.com',
      nickname: 'Ada',
      phone: '',
      boats: '3',
      born: '1915-12-10',
      coast: 's',
      how_often: '30',
      privacy: 'yes',
      campaign: '',
      stood_on: location.origin + location.pathname,
    });
  });

  it('show their errors, and the first faulty one gets the focus', async () => {
    const { element, input, select, choice, button, error, focused, seen } = await loadedForm('accepting', {
      fields,
    });
    input('email').value = 'ada';
    input('nickname').value = 'Ada2';
    input('website').value = 'example';
    input('boats').value = '13';
    input('born').value = '2021-01-01';
    button().click();
    await waitUntil(() => focused() === input('email'));
    expect(error('email')).to.equal('An address has an @ in it.');
    for (const name of ['nickname', 'website', 'boats', 'born']) {
      expect(error(name), name).to.equal('Please check this field.');
      expect(input(name).ariaInvalid, name).to.equal('true');
    }
    expect(error('coast')).to.equal('Please fill in this field.');
    expect(select('coast').ariaInvalid).to.equal('true');
    expect(error('how_often')).to.equal('Please fill in this field.');
    expect(choice('how_often', '7').closest('fieldset')?.ariaInvalid).to.equal('true');
    expect(error('privacy')).to.equal('Please fill in this field.');
    await expect(element).to.be.accessible();
    expect((await seen()).posts).to.deep.equal([]);
  });

  it('focus the first choice of an unanswered group', async () => {
    const { choice, button, focused } = await loadedForm('accepting', {
      fields: fields.filter(({ name }) => name === 'how_often'),
    });
    button().click();
    await waitUntil(() => focused() === choice('how_often', '7'));
  });

  it('take over the choices and ticks from the fallback', async () => {
    const { src, release } = room('loading');
    const element = await fixture<HTMLElement>(
      html`<rasa-signup src=${withChanges(src, { fields })}>
        <form>
          <input name="email" />
          <select name="coast">
            <option value="n"></option>
            <option value="s"></option>
          </select>
          <input type="radio" name="how_often" value="7" /><input type="radio" name="how_often" value="30" />
          <input type="checkbox" name="privacy" value="yes" />
        </form>
      </rasa-signup>`,
    );
    const chosen = (selector: string) => element.querySelector<HTMLInputElement>(selector);
    const coast = element.querySelector('select');
    if (coast) coast.value = 's';
    chosen("[value='30']")?.click();
    chosen('[name=privacy]')?.click();
    await release();
    const { form, select, choice, input } = inside(element);
    await waitUntil(() => form());
    expect(select('coast').value).to.equal('s');
    expect(choice('how_often', '30').checked).to.equal(true);
    expect(input('privacy').checked).to.equal(true);
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
          for (const target of [button(), input('email'), input('nickname')])
            expect(target.getBoundingClientRect().height).to.be.at.least(24);
        }
        await expect(element).to.be.accessible();
      });
    }
  }

  it('are in one row if the layout is inline and there is room', async () => {
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
  it("come from the definition, or from the page's own slots", async () => {
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
