import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { clientsOf, scriptRasa } from '../../helpers/server/scripted-rasa.ts';

const rss = { 'content-type': 'application/rss+xml' };

async function articlesIn(items: string) {
  const body = `<?xml version="1.0"?><rss version="2.0"><channel><title>Top</title>${items}</channel></rss>`;
  const { url } = await scriptRasa(() => ({ headers: rss, body }));
  return clientsOf(url).open.topArticles('a-guid');
}

describe('the feed of top articles', () => {
  it('has title, link, description, picture and date', async () => {
    expect(
      await articlesIn(`<item>
        <title><![CDATA[Tides & <Ebbs>]]> today</title>
        <link>https://a.example/t?a=1&amp;b=2</link>
        <description>&lt;p&gt;It&#39;s &#x201C;high&#x201D;&lt;/p&gt;</description>
        <enclosure url="https://a.example/t.png?w=1&amp;h=2" type="image/png" length="0"/>
        <pubDate>Thu, 26 Nov 2026 08:00:00 +0100</pubDate>
      </item><item><title>Bare</title><link>http://b.example/</link></item>`),
    ).toEqual([
      {
        title: 'Tides & <Ebbs> today',
        url: 'https://a.example/t?a=1&b=2',
        description: "<p>It's “high”</p>",
        image_url: 'https://a.example/t.png?w=1&h=2',
        published: new Date('2026-11-26T07:00:00Z'),
      },
      {
        title: 'Bare',
        url: 'http://b.example/',
        description: undefined,
        image_url: undefined,
        published: undefined,
      },
    ]);
  });

  it.each([
    ['no item', ''],
    ['an item without a title', '<item><link>https://a.example/</link></item>'],
    ['a link that is a script', '<item><title>T</title><link>javascript:alert(1)</link></item>'],
    ['an item that does not end', '<item><title>T</title><link>https://a.example/'],
  ])('leaves out %s', async (_what, items) => {
    expect(await articlesIn(items)).toEqual([]);
  });

  it('decodes no declared entity', async () => {
    expect(
      await articlesIn('<item><title>&xxe;&amp;lt;</title><link>https://a.example/</link></item>'),
    ).toMatchObject([{ title: '&xxe;&lt;' }]);
  });

  it('asks for what it is told, with relative dates as they are', async () => {
    const { url, asked } = await scriptRasa(() => ({ headers: rss, body: '<rss></rss>' }));
    await clientsOf(url).open.topArticles('a/guid', {
      num_records: 5,
      start_date: 'now-4d/m',
      source: 'original',
    });
    expect(asked[0]?.path).toMatch(/^\/top-articles\/a%2Fguid\?/);
    expect(Object.fromEntries(asked[0]?.query ?? [])).toEqual({
      format: 'rss',
      num_records: '5',
      start_date: 'now-4d/m',
      source: 'original',
    });
    expect(asked[0]?.headers['rasa-token']).toBeUndefined();
  });

  it('is refused where the answer is a page', async () => {
    const { url } = await scriptRasa(() => ({
      headers: { 'content-type': 'text/html' },
      body: '<html></html>',
    }));
    await expect(clientsOf(url).open.topArticles('a-guid')).rejects.toMatchObject({ code: 'unreadable' });
  });

  it('of the sandbox is read', async () => {
    const { url, signupGuid } = await startSandbox();
    const articles = await clientsOf(url).open.topArticles(signupGuid, { num_records: 3 });
    expect(articles).toHaveLength(3);
    for (const { title, url: link, published } of articles) {
      expect([title === '', link.startsWith('http'), published instanceof Date]).toEqual([false, true, true]);
    }
  });
});
