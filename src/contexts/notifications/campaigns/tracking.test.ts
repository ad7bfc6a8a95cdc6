import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { statement } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import { BASE, createCampaignScene, tokens } from './campaigns.fixture.ts';
import type { CampaignTestScene } from './campaigns.fixture.ts';
import { forgetEngagement, sumEngagement } from './engagement-store.ts';
import { followMessageLink } from './follow-message-link.ts';
import { getOpenPicture } from './get-open-picture.ts';
import { replaceLinks } from './replace-links.ts';
import { createTrackingTokens } from './tracking-token.ts';

describe('a signed id', () => {
  const tracked = fc.oneof(
    fc.record({ kind: fc.constant('open' as const), messageId: fc.uuid() }),
    fc.record({ kind: fc.constant('click' as const), messageId: fc.uuid(), number: fc.integer({ min: 1, max: 200 }) }),
  );

  test('says what it was made for', () => {
    fc.assert(fc.property(tracked, (one) => expect(tokens.read(tokens.sign(one))).toEqual(one)));
  });

  test('is refused with any character changed, cut or added, and under another key', () => {
    const other = createTrackingTokens(Buffer.alloc(32, 8));
    fc.assert(
      fc.property(
        tracked,
        fc.nat(46),
        fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '+', '/', '='),
        (one, at, letter) => {
          const token = tokens.sign(one);
          const changed = token.slice(0, at) + letter + token.slice(at + 1);
          expect(changed === token || tokens.read(changed) === undefined).toBe(true);
          for (const wrong of [token.slice(1), token.slice(0, -1), `${token}A`, `${token}=`]) {
            expect(tokens.read(wrong)).toBeUndefined();
          }
          expect(other.read(token)).toBeUndefined();
        },
      ),
    );
  });
});

describe('links of an e-mail', () => {
  const rendered = (text: string, html: string | null = null) => ({ locale: 'en', subject: 'Hi', text, html });
  const mark = (url: string): string => `<${url}>`;

  test.each([
    ['Look: https://a.example/x?y=1&z=2.', 'Look: <https://a.example/x?y=1&z=2>.'],
    ['(https://a.example), http://b.example!', '(<https://a.example>), <http://b.example>!'],
    ['nothing here, ftp://c.example', 'nothing here, ftp://c.example'],
  ])('are found in %s', (text, expected) => {
    expect(replaceLinks(rendered(text), mark).text).toBe(expected);
  });

  test('are found in HTML, where they are escaped', () => {
    const seen: string[] = [];
    const html = `<a href="https://a.example/?b=1&amp;c=%22">A</a><a class='x' href='https://d.example'>D</a><a href="mailto:x@y.z">M</a>`;
    const replaced = replaceLinks(rendered('', html), (url) => {
      seen.push(url);
      return 'https://t.example/?a&b';
    });
    expect(seen).toEqual(['https://a.example/?b=1&c=%22', 'https://d.example']);
    expect(replaced.html).toBe(
      `<a href="https://t.example/?a&amp;b">A</a><a class='x' href='https://t.example/?a&amp;b'>D</a><a href="mailto:x@y.z">M</a>`,
    );
  });
});

describe('opens and clicks', () => {
  let scene: CampaignTestScene;
  beforeAll(async () => {
    scene = await createCampaignScene();
  });
  beforeEach(() => scene.reset());
  afterAll(() => scene.close());

  const bodies = statement<{ id: string; body: string; user_id: string }>(
    'test.bodies',
    'select id, body, user_id from notifications.messages order by user_id',
  );
  const dependencies = () => ({ database: scene.database, clock: scene.clock, tokens });
  const tokenIn = (text: string): string => /\/tracking\/clicks\/([\w-]+)/.exec(text)?.[1] ?? '';

  async function send(
    text: string,
  ): Promise<{ id: string; messages: { id: string; body: string; user_id: string }[] }> {
    await scene.addRecipients(3);
    const key = await scene.addTemplate({ channel: 'email', text });
    const { id } = await scene.createCampaign(key, { channel: 'email', tracking: true });
    await scene.work(id);
    return { id, messages: await scene.test.owner.query(bodies) };
  }

  test('are counted once per recipient beside all times, and links lead where the e-mail said', async () => {
    const { id, messages } = await send(
      `Go to https://shop.example/?a=1 or ${BASE}/unsubscribe, https://shop.example/?a=1.`,
    );
    const [first, second] = messages;
    expect(first?.body).not.toContain('shop.example');
    expect(first?.body).toContain(`${BASE}/unsubscribe`);
    for (const message of [first, first, second]) {
      expect(await followMessageLink(dependencies(), tokenIn(message?.body ?? ''))).toBe('https://shop.example/?a=1');
    }
    const open = tokens.sign({ kind: 'open', messageId: first?.id ?? '' });
    await Promise.all(Array.from({ length: 20 }, () => getOpenPicture(dependencies(), open)));
    expect(await sumEngagement(scene.database, id)).toEqual({ openedBy: 1, opens: 20, clickedBy: 2, clicks: 3 });

    await forgetEngagement(scene.database, first?.user_id ?? '');
    const times = await scene.test.owner.query(
      statement<{ count: number }>(
        'test.times',
        `select count(*) as count from notifications.engagements
         where num_nonnulls(first_opened_at, first_clicked_at, last_at) > 0`,
      ),
    );
    expect(times).toEqual([{ count: 1 }]);
    expect(await sumEngagement(scene.database, id)).toEqual({ openedBy: 1, opens: 20, clickedBy: 2, clicks: 3 });
  });

  test('of an id that was altered, of the other kind, or of a link that was never given out are refused', async () => {
    const { id, messages } = await send('https://shop.example');
    const messageId = messages[0]?.id ?? '';
    const click = tokenIn(messages[0]?.body ?? '');
    const refused = { code: 'not-found' };
    const altered = `${click.slice(0, 10)}${click[10] === 'A' ? 'B' : 'A'}${click.slice(11)}`;
    const wrong = [
      altered,
      'x',
      tokens.sign({ kind: 'open', messageId }),
      tokens.sign({ kind: 'click', messageId, number: 2 }),
    ];
    for (const token of [...wrong, tokens.sign({ kind: 'click', messageId: newId(), number: 1 })]) {
      await expect(followMessageLink(dependencies(), token)).rejects.toMatchObject(refused);
    }
    for (const token of [altered, click]) {
      await expect(getOpenPicture(dependencies(), token)).rejects.toMatchObject(refused);
    }
    await getOpenPicture(dependencies(), tokens.sign({ kind: 'open', messageId: newId() }));
    expect(await sumEngagement(scene.database, id)).toEqual({ openedBy: 0, opens: 0, clickedBy: 0, clicks: 0 });
  });

  test('are not counted in a text that would grow too long for it', async () => {
    const text = `${'x'.repeat(19_970)} https://shop.example/`;
    const { messages } = await send(text);
    expect(messages.map(({ body }) => body)).toEqual([text, text, text]);
  });

  test('are counted for 200 different links of a campaign; the rest lead straight on', async () => {
    const links = Array.from({ length: 205 }, (_, n) => `https://shop.example/${n}`);
    const { messages } = await send(links.join(' '));
    const left = messages.map(({ body }) => (body.match(/shop\.example/g) ?? []).length);
    expect(left).toEqual([5, 5, 5]);
  });
});
