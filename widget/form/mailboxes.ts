/**
 * The address that was most likely meant, where the domain of this one looks like a slip of the fingers.
 *
 * A short list and one slip at most: libraries that look for the nearest domain of all kinds proved imprecise in the
 * field, and a wrong question about a right address is worse than none.
 */
export function findSlip(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1).toLowerCase();
  const mended = mendEnding(domain);
  const meant = isReal(mended)
    ? mended
    : (mailboxes.find((mailbox) => isOneSlipAway(mended, mailbox)) ?? mended);
  return at < 1 || meant === domain ? undefined : address.slice(0, at + 1) + meant;
}

/**
 * Where the world's people have their mailboxes, the commonest first. Left out are the short names (aol, gmx, live,
 * msn, web.de, wp.pl) and those that are a word away from others (naver, mail.ru): one slip away from them are many
 * that are real.
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

/** Real ones, one slip away from those above. */
const neighbours = ['mail.com', 'ymail.com', 'email.com', 'cloud.com', 'libera.it', 'oranges.fr'];

/** The big ones have mailboxes in most countries; `.co`, `.cm` and `.om` behind their names are slips all the same. */
const branches = /^(yahoo|hotmail|outlook|yandex)\.(?!(co|cm|om)$)(com?\.)?[a-z]{2}$/;

function isReal(domain: string): boolean {
  return mailboxes.includes(domain) || neighbours.includes(domain) || branches.test(domain);
}

/** Endings that do not exist, at any domain. (`.co`, `.cm`, `.om` and `.ne` do.) */
function mendEnding(domain: string): string {
  return domain
    .replace(/\.(con|cmo|cim|ocm|comm|coom|ccom|cpm|clm|vom|xom|c0m)$/, '.com')
    .replace(/\.(nte|ner|ney|nett)$/, '.net');
}

/** One letter too many, missing, wrong, or two neighbours swapped. The first letter wrong is another's name (email.com). */
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
