/**
 * Returns the address that was probably meant, if the domain looks mistyped.
 *
 * The list is short, and one slip is the maximum. Libraries that search for the nearest domain of all kinds
 * proved imprecise in the field, and a wrong question about a right address is worse than none.
 */
export function findSlip(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1).toLowerCase();
  const corrected = correctEnding(domain);
  const meant = isReal(corrected)
    ? corrected
    : (mailboxes.find((mailbox) => isOneSlipAway(corrected, mailbox)) ?? corrected);
  return at < 1 || meant === domain ? undefined : address.slice(0, at + 1) + meant;
}

/**
 * The world's common mailbox domains, the most common first. Short names (aol, gmx, live, msn, web.de, wp.pl)
 * are left out, and so are names that are one word away from others (naver, mail.ru), because many real
 * domains are one slip away from them.
 */
const mailboxes = `
  gmail.com yahoo.com hotmail.com outlook.com icloud.com googlemail.com protonmail.com rediffmail.com foxmail.com
  hotmail.co.uk yahoo.co.uk btinternet.com comcast.net verizon.net sbcglobal.net bellsouth.net sympatico.ca
  hotmail.fr yahoo.fr outlook.fr wanadoo.fr laposte.net orange.fr t-online.de freenet.de hotmail.de yahoo.de
  hotmail.it yahoo.it libero.it virgilio.it hotmail.es yahoo.es telenet.be bluewin.ch ziggo.nl seznam.cz interia.pl
  yandex.ru yandex.com rambler.ru yahoo.co.in yahoo.co.jp yahoo.com.br yahoo.com.mx hanmail.net bigpond.com
  optusnet.com.au`
  .trim()
  .split(/\s+/);

/** Real domains that are one slip away from those above. */
const neighbours = ['mail.com', 'ymail.com', 'email.com', 'cloud.com', 'libera.it', 'oranges.fr'];

/**
 * Large providers have domains in most countries. `.co`, `.cm` and `.om` after their names are slips
 * nevertheless.
 */
const branches = /^(yahoo|hotmail|outlook|yandex)\.(?!(co|cm|om)$)(com?\.)?[a-z]{2}$/;

function isReal(domain: string): boolean {
  return mailboxes.includes(domain) || neighbours.includes(domain) || branches.test(domain);
}

/** Corrects endings that exist at no domain. (`.co`, `.cm`, `.om` and `.ne` do exist.) */
function correctEnding(domain: string): string {
  return domain
    .replace(/\.(con|cmo|cim|ocm|comm|coom|ccom|cpm|clm|vom|xom|c0m)$/, '.com')
    .replace(/\.(nte|ner|ney|nett)$/, '.net');
}

/**
 * Whether one letter is added, missing or wrong, or two neighbours are swapped. A wrong first letter does not
 * count, because it usually makes another real name (email.com).
 */
function isOneSlipAway(typed: string, meant: string): boolean {
  let same = 0;
  while (same < typed.length && typed[same] === meant[same]) same++;
  const [was, is] = [typed.slice(same), meant.slice(same)];
  const swapped = `${is.charAt(1)}${is.charAt(0)}${is.slice(2)}`;
  return (
    was.slice(1) === is ||
    was === is.slice(1) ||
    was === swapped ||
    (same > 0 && was.slice(1) === is.slice(1))
  );
}
