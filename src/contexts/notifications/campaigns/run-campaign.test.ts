import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { statement } from '../../../database/transaction.ts';
import { killAfterEachStep } from '../../../testing/dying-database.ts';
import { listDeadLetters } from '../../../jobs/dead-letters.ts';
import { newId } from '../../../shared/id.ts';
import { createSuppression } from '../create-suppression.ts';
import { accept, createFakeSmsSender } from '../notifications.fixture.ts';
import { recoverMessages } from '../recover-messages.ts';
import { countAudience } from './audience-store.ts';
import { createCampaignScene, run } from './campaigns.fixture.ts';
import type { CampaignTestScene } from './campaigns.fixture.ts';
import { cancelNotificationCampaign } from './cancel-notification-campaign.ts';
import { getCampaignReport } from './get-campaign-report.ts';
import { listRecipients } from './campaign-recipient-store.ts';
import { pauseNotificationCampaign } from './pause-notification-campaign.ts';
import { resumeCampaigns } from './resume-campaigns.ts';
import { resumeNotificationCampaign } from './resume-notification-campaign.ts';
import { WINDOW } from './run-campaign.ts';
import type { Segment } from './segment.ts';
import { startCampaign } from './start-campaign.ts';

const jobsOf = statement<{ key: string }>(
  'test.campaign_jobs',
  `select key from graphile_worker._private_jobs where key like 'runCampaign:%' and run_at <= now() order by key`,
);
const removeRecipient = statement('test.remove_recipient', 'delete from notifications.recipients where user_id = $1');
const tellLocale = statement(
  'test.tell_locale',
  `insert into notifications.preferences (user_id, locale, switched_off, updated_at) values ($1, $2, '{}', now())`,
);
const forgetLocale = statement(
  'test.forget_locale',
  'update notifications.recipients set locale = null where user_id = $1',
);
const moveAway = statement('test.move_away', 'update notifications.recipients set country = null where user_id = $1');

let scene: CampaignTestScene;
beforeAll(async () => {
  scene = await createCampaignScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

const suppress = (address: string): Promise<unknown> =>
  scene.database.transaction((tx) =>
    createSuppression(
      { tx, clock: scene.clock },
      { id: newId(), channel: 'sms', address, category: 'marketing', reason: 'STOP' },
    ),
  );
const reached = ({ calls }: { readonly calls: readonly { readonly to: string }[] }) => calls.map(({ to }) => to).sort();
/** Works and sends until the campaign has ended. */
async function finish(id: string, sender: ReturnType<typeof createFakeSmsSender>): Promise<void> {
  for (let round = 0; (await scene.campaign(id)).state !== 'finished' && round < 20; round += 1) {
    await scene.work(id);
    await scene.drain(sender);
    scene.clock.advance(1_000);
  }
}

describe('a campaign', () => {
  test('writes once to everybody who was in its segment when its time came, and ends', async () => {
    const people = await scene.addRecipients(1_200);
    const segment: Segment = { countries: ['IR'], roles: ['user'], registeredBefore: '2026-02-01T00:00:00Z' };
    const scheduledAt = new Date(scene.clock.now().getTime() + 60_000);
    const { id } = await scene.createCampaign(await scene.addTemplate(), { segment, scheduledAt });
    await scene.work(id);
    expect(await scene.campaign(id)).toMatchObject({ state: 'scheduled', audience: 0, frozenAt: null });

    scene.clock.advance(60_000);
    await scene.work(id);
    const { audience } = await scene.campaign(id);
    // As many registered on each of 300 days, of which January has 31.
    expect(audience).toBe((people.length / 300) * 31);
    await scene.test.owner.query(removeRecipient, [people.at(-1)]);
    const sender = createFakeSmsSender();
    await finish(id, sender);
    expect(await scene.campaign(id)).toMatchObject({ state: 'finished', audience, pending: 0, skipped: 0 });
    expect(new Set(reached(sender)).size).toBe(audience);
    expect(sender.calls).toHaveLength(audience);
    await scene.work(id);
    expect((await scene.messages()).length).toBe(audience);
    const nobodies: Segment[] = [
      { countries: ['DE'] },
      { roles: ['admin'] },
      { registeredFrom: '2027-01-01T00:00:00Z' },
    ];
    for (const nobody of nobodies) {
      const other = await scene.createCampaign(await scene.addTemplate(), { segment: nobody });
      await finish(other.id, sender);
      await scene.work(other.id);
      expect(await scene.campaign(other.id)).toMatchObject({ state: 'finished', audience: 0 });
    }
  });

  test.each<[Segment['locales'], number]>([
    [['fa'], 3],
    [['fa-IR'], 3],
    [['f', 'fa-I'], 0],
    [['fa-AF'], 0],
    [['en'], 2],
    [['en-GB'], 1],
    [['en-GB', 'fa'], 4],
    [undefined, 6],
  ])(
    'for the locales %j is for %i of six: what somebody told comes before what their number tells',
    async (locales, size) => {
      const [british = '', plain = '', unknown = ''] = await scene.addRecipients(6);
      await scene.test.owner.query(tellLocale, [british, 'en-GB']);
      await scene.test.owner.query(tellLocale, [plain, 'en']);
      await scene.test.owner.query(forgetLocale, [unknown]);
      expect(await countAudience(scene.database, 'sms', { locales })).toBe(size);
      const { id } = await scene.createCampaign(await scene.addTemplate(), { segment: { locales } });
      await scene.work(id);
      expect(await scene.campaign(id)).toMatchObject({ audience: size });
    },
  );

  test('keeps no more waiting than its window, and makes the rest as they leave', async () => {
    await scene.addRecipients(WINDOW + 700);
    const { id } = await scene.createCampaign(await scene.addTemplate());
    await scene.work(id);
    await scene.work(id);
    expect(await scene.counts(id)).toMatchObject({ queued: WINDOW });
    expect(await scene.campaign(id)).toMatchObject({ state: 'running', pending: 700 });
    const sender = createFakeSmsSender();
    await finish(id, sender);
    expect(new Set(reached(sender)).size).toBe(WINDOW + 700);
    expect(sender.calls).toHaveLength(WINDOW + 700);
  });

  test('written by several workers at once writes to everybody once', async () => {
    await scene.addRecipients(3_300);
    const { id } = await scene.createCampaign(await scene.addTemplate());
    const sender = createFakeSmsSender();
    await Promise.all([1, 2, 3, 4].map(() => scene.work(id)));
    await finish(id, sender);
    expect(await scene.campaign(id)).toMatchObject({ state: 'finished', audience: 3_300 });
    expect([new Set(reached(sender)).size, sender.calls.length]).toEqual([3_300, 3_300]);
  });

  test('skips who can no longer be reached or whose text cannot be made, and holds nobody else back', async () => {
    const people = await scene.addRecipients(20);
    const [gone = '', poison = ''] = people;
    const country = { name: 'country', type: 'string', sample: 'IR' };
    // An SMS has at most 900 characters: a country fits, what stands in for a missing one does not.
    const key = await scene.addTemplate({ variables: [country], text: `{{country}}${'x'.repeat(898)}` });
    const recipientVariables = [{ name: 'country', field: 'country', otherwise: 'nowhere' } as const];
    const { id } = await scene.createCampaign(key, { recipientVariables });
    await startCampaign(scene.campaignDependencies(), id, run.signal);
    await scene.test.owner.query(removeRecipient, [gone]);
    await scene.test.owner.query(moveAway, [poison]);
    const sender = createFakeSmsSender();
    await finish(id, sender);
    expect(await scene.campaign(id)).toMatchObject({ state: 'finished', audience: 20, pending: 0, skipped: 2 });
    expect([sender.calls.length, sender.calls[0]?.text.length]).toEqual([18, 900]);
    const page = { state: 'skipped', after: undefined, limit: 10 };
    expect(await listRecipients(scene.database, id, page)).toMatchObject([
      { recipientId: gone, reason: 'not-reachable', messageId: null },
      { recipientId: poison, reason: 'message-too-long', messageId: null },
    ]);
  });

  test('reports a funnel in which everybody is counted once', async () => {
    const people = await scene.addRecipients(500);
    await suppress('+989120000001');
    const { id } = await scene.createCampaign(await scene.addTemplate());
    const sender = createFakeSmsSender((message) => {
      if (message.to === '+989120000002') return { outcome: 'rejected', code: 'invalid-number', detail: '' };
      return message.to === '+989120000003' ? { outcome: 'unknown', detail: 'lost' } : accept(message);
    });
    await finish(id, sender);
    const { campaign, messages } = await getCampaignReport({ database: scene.database }, id);
    expect(campaign).toMatchObject({ state: 'finished', audience: people.length });
    expect(messages).toMatchObject({ sent: 497, suppressed: 1, dead: 1, unknown: 1, queued: 0 });
    const letters = await listDeadLetters(scene.test.owner, {
      task: null,
      reason: null,
      redriven: false,
      after: null,
      limit: 10,
    });
    expect(letters.map(({ reason }) => reason)).toEqual(['invalid-number']);
  });
});

describe('pause, resume and cancel', () => {
  test('paused, none of its messages begins, whatever becomes of claims; resumed, each leaves once', async () => {
    await scene.addRecipients(1_000);
    const { id } = await scene.createCampaign(await scene.addTemplate());
    await scene.work(id);
    const sender = createFakeSmsSender();
    await scene.move(pauseNotificationCampaign, id);
    await scene.queue([{ dedupeKey: 'other', class: 'marketing', address: '+989359999999' }]);
    await scene.drain(sender);
    expect(sender.calls).toHaveLength(1);
    // Days later, with every deadline gone by.
    scene.clock.advance(3 * 86_400_000);
    await scene.work(id);
    await scene.drain(sender);
    expect([sender.calls.length, (await scene.counts(id)).queued]).toEqual([1, 1_000]);
    expect(await scene.move(pauseNotificationCampaign, id)).toMatchObject({ state: 'paused' });

    expect(await scene.move(resumeNotificationCampaign, id)).toMatchObject({ state: 'running' });
    await finish(id, sender);
    expect(await scene.counts(id)).toMatchObject({ sent: 1_000, queued: 0, dead: 0 });
    expect([new Set(reached(sender)).size, sender.calls.length]).toEqual([1_001, 1_001]);
    await expect(scene.move(pauseNotificationCampaign, id)).rejects.toMatchObject({ code: 'campaign-ended' });
  });

  test('paused before its time, it waits; resumed, it goes by its schedule', async () => {
    await scene.addRecipients(3);
    const scheduledAt = new Date(scene.clock.now().getTime() + 1_000);
    const { id } = await scene.createCampaign(await scene.addTemplate(), { scheduledAt });
    await scene.move(pauseNotificationCampaign, id);
    scene.clock.advance(2_000);
    await scene.work(id);
    expect(await scene.campaign(id)).toMatchObject({ state: 'paused', frozenAt: null });
    expect(await scene.move(resumeNotificationCampaign, id)).toMatchObject({ state: 'scheduled' });
    await scene.work(id);
    expect(await scene.campaign(id)).toMatchObject({ state: 'running', audience: 3 });
  });

  test('cancelled in the midst of everything, nothing begins any more', async () => {
    await scene.addRecipients(2_000);
    const { id } = await scene.createCampaign(await scene.addTemplate());
    await scene.work(id);
    let cancelled = false;
    const late: string[] = [];
    const begun = Promise.withResolvers<undefined>();
    const sender = createFakeSmsSender(async (message, call) => {
      if (cancelled) late.push(message.to);
      if (call === 20) begun.resolve(undefined);
      await new Promise((resolve) => setImmediate(resolve));
      return call % 7 === 0 ? { outcome: 'unavailable', code: 'busy', detail: '' } : accept(message);
    });
    const draining = scene.drain(sender);
    await begun.promise;
    expect(await scene.move(cancelNotificationCampaign, id)).toMatchObject({ state: 'cancelled' });
    const { calls } = sender;
    const { sending, queued, claimed } = await scene.counts(id);
    expect([queued, claimed]).toEqual([0, 0]);
    cancelled = true;
    await draining;
    // Only what was being sent at that moment may still arrive at the vendor.
    expect(late.length).toBeLessThanOrEqual(sending);
    scene.clock.advance(3_600_000);
    const before = calls.length;
    await scene.drain(sender);
    await scene.work(id);
    expect(calls).toHaveLength(before);
    const counts = await scene.counts(id);
    expect(counts.sent + counts.cancelled).toBe(2_000);
    expect(counts.cancelled).toBeGreaterThan(0);
    await expect(scene.move(resumeNotificationCampaign, id)).rejects.toMatchObject({ code: 'campaign-ended' });
  });
});

describe('a process killed after any step', () => {
  test('of choosing the audience, making messages and ending: each person gets one', async () => {
    await scene.addRecipients(5);
    await suppress('+989120000005');
    const key = await scene.addTemplate();
    let id = '';
    let sender = createFakeSmsSender();
    const kills = await killAfterEachStep(
      scene.database,
      async (mortal) => {
        sender = createFakeSmsSender();
        ({ id } = await scene.createCampaign(key));
        await scene.work(id, mortal);
        await scene.drain(sender, mortal);
        await scene.work(id, mortal);
      },
      async () => {
        for (let round = 0; round < 3; round += 1) {
          await scene.work(id);
          scene.clock.advance(130_000);
          await recoverMessages(
            scene.dependencies({ senders: [createFakeSmsSender(undefined, { deduplicates: true })] }),
          );
          await scene.drain(sender);
        }
        await scene.work(id);
        const { sent, unknown, suppressed } = await scene.counts(id);
        expect([sent + unknown, suppressed]).toEqual([4, 1]);
        expect(new Set(reached(sender)).size).toBe(4);
        expect(await scene.campaign(id)).toMatchObject({ state: 'finished', audience: 5, pending: 0 });
      },
    );
    expect(kills).toBeGreaterThan(15);
  });

  test('or whose job is locked for hours: the clock puts a fresh one beside it', async () => {
    const now = scene.clock.now().getTime();
    const [due, later] = [
      await scene.createCampaign(await scene.addTemplate()),
      await scene.createCampaign(await scene.addTemplate(), { scheduledAt: new Date(now + 3_600_000) }),
    ];
    const running = await scene.createCampaign(await scene.addTemplate());
    await scene.addRecipients(2);
    await scene.work(running.id);
    await scene.move(pauseNotificationCampaign, due.id);
    await scene.move(resumeNotificationCampaign, due.id);
    await scene.test.owner.query(statement('test.no_jobs', 'delete from graphile_worker._private_jobs'));
    await resumeCampaigns(scene);
    const keys = (await scene.test.owner.query(jobsOf)).map(({ key }) => key);
    expect(keys).toEqual([`runCampaign:${due.id}`, `runCampaign:${running.id}`].sort());
    expect(keys).not.toContain(`runCampaign:${later.id}`);
  });
});
