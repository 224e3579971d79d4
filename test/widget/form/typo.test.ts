import { expect, nextFrame } from '@open-wc/testing';
import { findSlip } from '../../../widget/form/mailboxes.ts';
import { fillIn, loadScript, loadedForm, waitUntil } from './loaded-form.ts';

before(async () => {
  await loadScript();
});

describe('a mistyped domain', () => {
  for (const [typed, meant] of Object.entries({
    'gmial.com': 'gmail.com',
    'gamil.com': 'gmail.com',
    'gmal.com': 'gmail.com',
    'gmali.com': 'gmail.com',
    'gmai.com': 'gmail.com',
    'gmil.com': 'gmail.com',
    'gnail.com': 'gmail.com',
    'gmaill.com': 'gmail.com',
    'ggmail.com': 'gmail.com',
    'gmaul.com': 'gmail.com',
    'mgail.com': 'gmail.com',
    'gmail.co': 'gmail.com',
    'gmail.cm': 'gmail.com',
    'gmail.om': 'gmail.com',
    'gmail.con': 'gmail.com',
    'gmail.cmo': 'gmail.com',
    'gmail.comm': 'gmail.com',
    'GMIAL.COM': 'gmail.com',
    'gmial.con': 'gmail.com',
    'gogglemail.com': 'googlemail.com',
    'yaho.com': 'yahoo.com',
    'yahooo.com': 'yahoo.com',
    'yhaoo.com': 'yahoo.com',
    'yahoo.cm': 'yahoo.com',
    'ahoo.com': 'yahoo.com',
    'yaho.co.uk': 'yahoo.co.uk',
    'hotmial.com': 'hotmail.com',
    'hotmai.com': 'hotmail.com',
    'hotmaill.com': 'hotmail.com',
    'hotmail.co': 'hotmail.com',
    'hotnail.com': 'hotmail.com',
    'otmail.com': 'hotmail.com',
    'hormail.co.uk': 'hotmail.co.uk',
    'hotmial.fr': 'hotmail.fr',
    'outlok.com': 'outlook.com',
    'outllook.com': 'outlook.com',
    'outlook.cim': 'outlook.com',
    'oulook.fr': 'outlook.fr',
    'iclod.com': 'icloud.com',
    'iclould.com': 'icloud.com',
    'icloud.om': 'icloud.com',
    'protonmial.com': 'protonmail.com',
    'btinternet.con': 'btinternet.com',
    'comcast.ner': 'comcast.net',
    'comcast.nte': 'comcast.net',
    'wanado.fr': 'wanadoo.fr',
    'laposte.ne': 'laposte.net',
    't-onlne.de': 't-online.de',
    'frenet.de': 'freenet.de',
    'libro.it': 'libero.it',
    'yandx.ru': 'yandex.ru',
    'sezam.cz': 'seznam.cz',
    'rediffmai.com': 'rediffmail.com',
    'acme.con': 'acme.com',
    'acme.ocm': 'acme.com',
    'mail.con': 'mail.com',
    'aol.cmo': 'aol.com',
    'gmx.nte': 'gmx.net',
  })) {
    it(`is noticed: ${typed}`, () => {
      expect(findSlip(`Ada.L+news@${typed}`)).to.equal(`Ada.L+news@${meant}`);
    });
  }
});

describe('a real domain', () => {
  for (const domain of `
    gmail.com googlemail.com mail.com email.com ymail.com rocketmail.com fastmail.com hey.com me.com mac.com
    icloud.com cloud.com proton.me protonmail.com protonmail.ch pm.me tutanota.com zoho.com zohomail.eu aol.com
    aol.de aol.co.uk gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de posteo.de mailbox.org
    live.com live.nl live.co.uk msn.com hotmail.com hotmail.co.uk hotmail.fr hotmail.be hotmail.nl hotmail.com.br
    outlook.com outlook.fr outlook.de outlook.com.br outlook.jp yahoo.com yahoo.co.uk yahoo.ca yahoo.co.jp
    yahoo.co.in yahoo.in yahoo.fr yahoo.ro yahoo.com.ar yahoo.com.mx yahoo.com.au yahoo.com.tr yandex.ru yandex.ua
    yandex.kz ya.ru mail.ru bk.ru inbox.ru list.ru mai.ru qq.com 163.com 126.com sina.com naver.com never.com
    daum.net kakao.com orange.fr free.fr sfr.fr laposte.net libero.it libera.it alice.it tin.it virgilio.it
    telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl xs4all.nl bluewin.ch wp.pl o2.pl onet.pl interia.pl
    seznam.cz centrum.cz sapo.pt abv.bg ukr.net walla.co.il uol.com.br bol.com.br terra.com.br bigpond.com
    optusnet.com.au xtra.co.nz shaw.ca rogers.com bell.net comcast.net comcast.com att.net sbcglobal.net
    verizon.net verizon.com cox.net charter.net earthlink.net example.com example.org rasa.io omantel.om
    squ.edu.om bbc.co.uk love.com life.com give.com olive.com oranges.fr google.com github.com t.co
    cam.ac.uk ox.ac.uk mit.edu student.uu.se xn--bcher-kva.example`
    .trim()
    .split(/\s+/)) {
    it(`is left alone: ${domain}`, () => {
      expect(findSlip(`ada@${domain}`)).to.equal(undefined);
    });
  }

  for (const text of ['', 'ada', '@gmial.com', 'ada@', 'gmial.com']) {
    it(`is not corrected in ${JSON.stringify(text)}`, () => {
      expect(findSlip(text)).to.equal(undefined);
    });
  }
});

describe('the question after a typo', () => {
  async function askedForm(behaviour = 'accepting') {
    const form = await loadedForm(behaviour);
    fillIn(form.input('email'), 'ada$&@gmial.com');
    await waitUntil(() => form.question());
    return form;
  }

  it('is asked politely, below the field', async () => {
    const { element, input, question } = await askedForm();
    const region = input('email').parentElement?.querySelector('[aria-live=polite]');
    expect(region?.contains(question())).to.equal(true);
    expect(question()?.textContent).to.equal('Did you mean ada$&@gmail.com?Yes, change it');
    await expect(element).to.be.accessible();
  });

  it('leaves no gap when it is not asked, and its live region exists in advance', async () => {
    const { element, input } = await loadedForm('accepting');
    const region = input('email').parentElement?.querySelector('[aria-live=polite]');
    if (!(region instanceof HTMLElement)) throw new Error('no live region');
    expect(getComputedStyle(region).display).not.to.equal('none');
    expect(input('email').parentElement?.offsetHeight).to.be.below(element.offsetHeight / 3);
    expect(input('first_name').parentElement?.offsetHeight).to.equal(
      input('email').parentElement?.offsetHeight,
    );
  });

  it('changes the address when it is accepted, and returns the focus', async () => {
    const { input, question, takeSuggestion, focused, button, status, seen } = await askedForm();
    takeSuggestion().focus();
    takeSuggestion().click();
    expect(question()).to.equal(null);
    expect(input('email').value).to.equal('ada$&@gmail.com');
    expect(focused()).to.equal(input('email'));
    button().click();
    await waitUntil(() => status().textContent.includes('Thank you'));
    expect((await seen()).posts[0]?.['email']).to.equal('ada$&@gmail.com');
  });

  it('is dismissed by sending the form unchanged, and not asked again', async () => {
    const { input, question, button, status, seen } = await askedForm('limited');
    button().click();
    expect(question()).to.equal(null);
    await waitUntil(() => status().textContent.includes('Too many'));
    expect((await seen()).posts[0]?.['email']).to.equal('ada$&@gmial.com');
    fillIn(input('email'), 'ada$&@gmial.com');
    await nextFrame();
    await nextFrame();
    expect(question()).to.equal(null);
    // Another address is asked about again.
    fillIn(input('email'), 'ada@gmial.com');
    await waitUntil(() => question());
  });

  it('disappears when the visitor types on, and is not asked again for the same address', async () => {
    const { input, question } = await askedForm();
    fillIn(input('email'), 'ada$&@gmia.com', 'input');
    expect(question()).to.equal(null);
    fillIn(input('email'), 'ada$&@gmial.com');
    await nextFrame();
    await nextFrame();
    expect(question()).to.equal(null);
  });
});
