import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../../contract/handlers.ts';
import { createApiCaller } from '../../../testing/api-caller.ts';
import type { CallApi } from '../../../testing/api-caller.ts';
import { startPortico } from '../../../testing/portico.ts';
import type { TestPortico } from '../../../testing/portico.ts';

let portico: TestPortico;
let send: CallApi;
let templates = 0;
beforeAll(async () => {
  portico = await startPortico();
  send = createApiCaller(portico, portico.tokenFor('staff'));
  const { database, identity } = portico.portico;
  await database.transaction((tx) => identity.seedDemo(tx, { people: 30 }));
});
afterAll(() => portico.close());

/** A published template. @returns its key */
async function publish(channel: 'sms' | 'email', content: object, variables: readonly object[] = []): Promise<string> {
  const key = `api.n${(templates += 1)}`;
  const root = '/api/v1/message-templates';
  const template = { key, channel, category: 'news', description: '' };
  const { id } = (await send<{ id: string }>('POST', root, template)).body;
  const source = { defaultLocale: 'en', variables, contents: [{ locale: 'en', ...content }] };
  const version = (await send<{ id: string }>('POST', `${root}/${id}/versions`, source)).body;
  await send('POST', `${root}/${id}/publish`, { versionId: version.id }, { 'if-match': '*' });
  return key;
}

type Campaign = Schema<'NotificationCampaign'>;
const create = (templateKey: string, plan: object = {}) =>
  send<Campaign & Schema<'Problem'>>('POST', '/api/v1/notification-campaigns', {
    ...{ name: 'News', channel: 'sms', templateKey, templateVersion: 1, segment: {}, ...plan },
  });
const pathOf = (id: string): string => `/api/v1/notification-campaigns/${id}`;

describe('a campaign over the API', () => {
  test('goes from a preview of its audience to a report of what became of it', async () => {
    const since = { name: 'since', type: 'datetime', sample: '2026-01-01T00:00:00Z' };
    const coins = { name: 'coins', type: 'integer', sample: 5 };
    const key = await publish('sms', { text: '{{coins}} coins since {{since}}.' }, [coins, since]);
    const segment = { countries: ['IR'], roles: ['user'], registeredFrom: '2020-01-01T00:00:00Z' };
    const { status, body } = await create(key, {
      segment,
      variables: [{ name: 'coins', type: 'integer', value: 500 }],
      recipientVariables: [{ name: 'since', field: 'registeredAt', otherwise: '2026-01-01T00:00:00Z' }],
    });
    expect([status, body]).toMatchObject([201, { state: 'scheduled', audience: 0, audienceChosenAt: null, segment }]);
    await portico.runJobs();
    const running = (await send<Campaign>('GET', pathOf(body.id))).body;
    expect(running).toMatchObject({ audience: 31, pending: 0, skipped: 0, progressPercent: 100 });

    const query = 'channel=sms&countries=IR&countries=DE&roles=user&registeredFrom=2020-01-01T00:00:00Z';
    expect((await send('GET', `/api/v1/audience-size?${query}`)).body).toEqual({ recipients: 31 });
    expect((await send('GET', '/api/v1/audience-size?channel=email')).body).toEqual({ recipients: 3 });
    const report = await send('GET', `${pathOf(body.id)}/report`);
    expect(report.body).toMatchObject({ audience: 31, created: 31, sent: 31, suppressed: 0, engagement: null });
    const page = await send<Schema<'CampaignRecipientPage'>>(
      'GET',
      `${pathOf(body.id)}/recipients?limit=5&state=queued`,
    );
    expect(page.body.items).toHaveLength(5);
    expect(page.body.items[0]).toMatchObject({ state: 'queued', messageState: 'sent', reason: null, opens: 0 });
    const message = await send<Schema<'MessageHistory'>>('GET', `/api/v1/messages/${page.body.items[0]?.messageId}`);
    expect(message.body.message).toMatchObject({
      class: 'marketing',
      groupId: body.id,
      text: expect.stringMatching(/^500 coins since /),
    });
  });

  test('is refused when it could not be sent, before anybody is written to', async () => {
    const variable = { name: 'coins', type: 'integer', sample: 5 };
    const key = await publish('sms', { text: '{{coins}}' }, [variable]);
    const refusals = [
      create('no.such'),
      create(key, { templateVersion: 2 }),
      create(key, { channel: 'email' }),
      create(key),
      create(key, { variables: [{ name: 'coins', type: 'string', value: '5' }] }),
      create(key, { recipientVariables: [{ name: 'coins', field: 'country', otherwise: 'x' }] }),
      create(key, { tracking: true, variables: [{ name: 'coins', type: 'integer', value: 5 }] }),
    ];
    expect((await Promise.all(refusals)).map(({ status, body }) => [status, body.code])).toEqual([
      ...Array.from({ length: 3 }, () => [409, 'template-not-published']),
      ...Array.from({ length: 3 }, () => [409, 'template-values-invalid']),
      [409, 'channel-not-trackable'],
    ]);
  });

  test('is paused, resumed and cancelled; what has ended stays ended', async () => {
    const { body } = await create(await publish('sms', { text: 'Hi' }), { scheduledAt: '2999-01-01T00:00:00Z' });
    const states: unknown[] = [];
    for (const verb of ['pause', 'pause', 'resume', 'resume', 'cancel']) {
      states.push((await send<Campaign>('POST', `${pathOf(body.id)}/${verb}`)).body.state);
    }
    expect(states).toEqual(['paused', 'paused', 'scheduled', 'scheduled', 'cancelled']);
    for (const verb of ['pause', 'resume', 'cancel']) {
      expect(await send('POST', `${pathOf(body.id)}/${verb}`)).toMatchObject({
        status: 409,
        body: { code: 'campaign-ended' },
      });
    }
  });
});

describe('links and pictures of an e-mail', () => {
  test('lead where the e-mail said and are counted; altered, they lead nowhere', async () => {
    const html = '<p><a href="https://shop.example/spring?a=1&amp;b=2">Shop</a></p>';
    const key = await publish('email', { subject: 'News', text: 'See https://shop.example/spring?a=1&b=2', html });
    const { body } = await create(key, { channel: 'email', tracking: true, segment: { roles: ['admin'] } });
    await portico.runJobs();
    const inbox = await send<{ items: { text: string }[] }>(
      'GET',
      '/api/v1/sandbox/messages?channel=email&address=admin@portico.example&limit=1',
    );
    const link = /\/api\/v1\/tracking\/clicks\/[\w-]+/.exec(inbox.body.items[0]?.text ?? '')?.[0] ?? '';
    const follow = (path: string): Promise<Response> =>
      fetch(`${portico.url}${path}`, { redirect: 'manual', headers: { accept: 'text/html,*/*;q=0.8' } });
    const answer = await follow(link);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://shop.example/spring?a=1&b=2']);
    for (const altered of [`${link}A`, link.slice(0, -1), link.replace('clicks', 'opens')]) {
      const refused = await follow(altered);
      expect([refused.status, refused.headers.get('location')]).toEqual([404, null]);
    }
    const report = await send<Schema<'CampaignReport'>>('GET', `${pathOf(body.id)}/report`);
    expect(report.body.engagement).toEqual({ openedBy: 0, opens: 0, clickedBy: 1, clicks: 1 });
  });
});
