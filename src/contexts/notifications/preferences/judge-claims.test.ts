import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { statement } from '../../../database/transaction.ts';
import type { EmailMessage, EmailSender } from '../../../ports/email-sender.ts';
import { newId } from '../../../shared/id.ts';
import { accept, createFakeSmsSender, createNotificationScene } from '../notifications.fixture.ts';
import type { NotificationScene } from '../notifications.fixture.ts';
import { recordReports } from '../record-reports.ts';
import { laneNames } from '../lane.ts';
import { sendMessages } from '../send-messages.ts';
import { writePreferences } from './preferences-store.ts';
import type { QuietPlan } from './quiet-hours.ts';
import { recordInboundMessage } from './record-inbound-message.ts';

const forever = { signal: new AbortController().signal };
const night: QuietPlan = { hours: new Map([['marketing', { from: 21 * 60, until: 9 * 60 }]]), country: 'IR' };

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

const listSuppressions = statement<{ address: string; category: string; source: string; reason: string }>(
  'test.list_suppressions',
  'select address, category, source, reason from notifications.suppressions order by address',
);
const suppressions = () => scene.test.owner.query(listSuppressions);

async function drain(sender: ReturnType<typeof createFakeSmsSender>, quiet?: QuietPlan): Promise<void> {
  const dependencies = scene.dependencies({ senders: [sender], ...(quiet === undefined ? {} : { quiet }) });
  for (const name of laneNames) await sendMessages(dependencies, { channel: 'sms', name }, forever);
}

describe('quiet hours', () => {
  test('keep marketing until the morning of its recipient; codes and news of their coins leave at once', async () => {
    const sender = createFakeSmsSender();
    const sleeping = newId();
    await scene.database.transaction((tx) =>
      writePreferences(
        tx,
        sleeping,
        { locale: null, timeZone: 'America/New_York', switchedOff: [], version: 0 },
        scene.clock.now(),
      ),
    );
    // 23:30 in Tehran, 15:00 in New York.
    scene.clock.advance(Date.parse('2026-11-22T20:00:00Z') - scene.clock.now().getTime());
    const deadline = new Date(scene.clock.now().getTime() + 86_400_000);
    await scene.queue([
      { dedupeKey: 'asleep', class: 'marketing', category: 'news', address: '+989120000001', deadline },
      {
        dedupeKey: 'awake',
        class: 'marketing',
        category: 'news',
        address: '+989120000002',
        userId: sleeping,
        deadline,
      },
      { dedupeKey: 'code', class: 'otp', deadline },
      { dedupeKey: 'coins', class: 'transactional', category: 'rewards', deadline },
      {
        ...{ dedupeKey: 'too late', class: 'marketing', category: 'news', address: '+989120000003' },
        deadline: new Date('2026-11-23T05:00:00Z'),
      },
    ]);
    await drain(sender, night);
    expect(await scene.states()).toEqual({
      ...{ asleep: 'queued', awake: 'sent', code: 'sent', coins: 'sent' },
      'too late': 'dead',
    });
    const rows = await scene.messages();
    const waiting = rows.find(({ dedupe_key: key }) => key === 'asleep');
    expect([waiting?.next_attempt_at?.toISOString(), waiting?.attempts]).toEqual(['2026-11-23T05:30:00.000Z', 0]);
    expect(rows.find(({ dedupe_key: key }) => key === 'too late')?.reason).toBe('quiet-hours');

    scene.clock.advance(Date.parse('2026-11-23T05:30:00Z') - scene.clock.now().getTime());
    await drain(sender, night);
    expect((await scene.states())['asleep']).toBe('sent');
    expect(sender.calls).toHaveLength(4);
  });
});

describe('what a recipient does not want', () => {
  test('is judged at the last moment: switched off after it was queued, it never leaves', async () => {
    const [sender, userId] = [createFakeSmsSender(), newId()];
    const phone = '+989120000011';
    await scene.queue([
      { dedupeKey: 'news', class: 'marketing', category: 'news', address: phone, userId },
      { dedupeKey: 'promotions', class: 'marketing', category: 'promotions', address: phone, userId },
      { dedupeKey: 'rewards', class: 'transactional', category: 'rewards', address: phone, userId },
    ]);
    const switchedOff = [{ channel: 'sms' as const, category: 'news' as const }];
    await scene.database.transaction((tx) =>
      writePreferences(tx, userId, { locale: null, timeZone: null, switchedOff, version: 0 }, scene.clock.now()),
    );
    await drain(sender);
    expect(await scene.states()).toEqual({ news: 'suppressed', promotions: 'sent', rewards: 'sent' });
  });

  test('stops at STOP, comes back at START, and an old STOP told again changes nothing', async () => {
    const sender = createFakeSmsSender();
    const from = '+989120000021';
    const hear = (eventKey: string, text: string): Promise<unknown> =>
      scene.database.transaction((tx) =>
        recordInboundMessage({ tx, clock: scene.clock }, 'fake', { eventKey, from, text }),
      );
    const offer = async (dedupeKey: string): Promise<string | undefined> => {
      await scene.queue([
        { dedupeKey, class: 'marketing', category: 'news', address: from },
        { dedupeKey: `${dedupeKey} coins`, class: 'transactional', address: from },
      ]);
      await drain(sender);
      expect((await scene.states())[`${dedupeKey} coins`]).toBe('sent');
      return (await scene.states())[dedupeKey];
    };
    await Promise.all([hear('1', 'Stop'), hear('1', 'Stop'), hear('2', 'STOP')]);
    expect(await suppressions()).toEqual([
      { address: from, category: 'marketing', source: 'recipient', reason: 'answered STOP' },
    ]);
    expect(await offer('stopped')).toBe('suppressed');
    await hear('3', 'START');
    await hear('1', 'Stop');
    expect(await offer('started')).toBe('sent');
  });
});

describe('an address', () => {
  test('that a provider says is gone, or blocks us, is left alone wholly, and is said why', async () => {
    const [gone, blocked] = ['+989120000031', '+989120000032'];
    const sender = createFakeSmsSender((message) =>
      message.to === gone
        ? { outcome: 'rejected', code: '404', detail: 'no such number', recipient: 'gone' }
        : message.to === blocked
          ? { outcome: 'rejected', code: '21610', detail: 'opted out', recipient: 'opted-out' }
          : accept(message),
    );
    await scene.queue([gone, blocked].map((address) => ({ address })));
    await drain(sender);
    expect(await suppressions()).toEqual([
      { address: gone, category: 'all', source: 'bounce', reason: 'no such address (fake 404)' },
      { address: blocked, category: 'all', source: 'carrier', reason: 'blocked by the carrier (fake 21610)' },
    ]);
    await scene.queue([{ dedupeKey: 'code', class: 'otp', address: gone, deadline: new Date(Date.now() + 120_000) }]);
    await drain(sender);
    expect((await scene.states())['code']).toBe('suppressed');
    for (const from of [gone, blocked]) {
      await scene.database.transaction((tx) =>
        recordInboundMessage({ tx, clock: scene.clock }, 'fake', { eventKey: from, from, text: 'START' }),
      );
    }
    // What does not exist does not begin to by a text.
    expect((await suppressions()).map(({ address }) => address)).toEqual([gone]);
  });

  test('that bounces later is left alone from then on', async () => {
    const sender = createFakeSmsSender();
    await scene.queue([{ dedupeKey: 'bounced', address: '+989120000041' }]);
    await drain(sender);
    const [row] = await scene.messages();
    const report = {
      ...{ eventKey: 'bounce', providerMessageId: row?.provider_message_id ?? '', state: 'undelivered' as const },
      ...{ code: '5.1.1', recipient: 'gone' as const, occurredAt: scene.clock.now() },
    };
    await recordReports(scene.dependencies({ senders: [sender] }), 'fake', [report]);
    expect(await suppressions()).toMatchObject([{ category: 'all', source: 'bounce' }]);
  });
});

describe('marketing', () => {
  test('stands behind whatever else is due on its channel', async () => {
    const sender = createFakeSmsSender();
    const dependencies = scene.dependencies({ senders: [sender] });
    await scene.queue([
      { dedupeKey: 'offer', class: 'marketing' },
      { dedupeKey: 'coins', class: 'transactional' },
    ]);
    await sendMessages(dependencies, { channel: 'sms', name: 'marketing' }, forever);
    expect(sender.calls).toEqual([]);
    await sendMessages(dependencies, { channel: 'sms', name: 'bulk' }, forever);
    await sendMessages(dependencies, { channel: 'sms', name: 'marketing' }, forever);
    expect(await scene.states()).toEqual({ offer: 'sent', coins: 'sent' });
  });

  test('by e-mail says in its headers where it is stopped, and brings its HTML; nothing else does', async () => {
    const mails: EmailMessage[] = [];
    const emailSender: EmailSender = {
      ...{ name: 'fake', deduplicates: false },
      send: async (mail) => {
        mails.push(mail);
        return { outcome: 'accepted', providerMessageId: `mail-${mail.reference}` };
      },
    };
    const mail = { channel: 'email' as const, subject: 'Hi', address: 'sara@example.com' };
    const [offer, id] = [newId(), newId()];
    await scene.queue([
      { ...mail, id, dedupeKey: offer, class: 'marketing', category: 'news', text: 'News', html: '<p>News</p>' },
      { ...mail, class: 'transactional', text: 'Coins' },
    ]);
    const dependencies = scene.dependencies({ senders: [], emailSenders: [emailSender] });
    for (const name of laneNames) await sendMessages(dependencies, { channel: 'email', name }, forever);
    expect(mails).toEqual([
      expect.not.objectContaining({ unsubscribeUrl: expect.anything() }),
      expect.objectContaining({
        ...{ text: 'News', html: '<p>News</p>' },
        unsubscribeUrl: `https://portico.example/api/v1/unsubscribe/${id}`,
      }),
    ]);
  });
});
