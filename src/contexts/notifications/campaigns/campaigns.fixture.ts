import type { Database } from '../../../database/transaction.ts';
import { statement } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import type { Channel } from '../message.ts';
import { createNotificationScene } from '../notifications.fixture.ts';
import type { FakeSmsSender } from '../notifications.fixture.ts';
import { sendMessages } from '../send-messages.ts';
import { noAccounts } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import type { Campaign, CampaignPlan } from './campaign.ts';
import { createNotificationCampaign } from './create-notification-campaign.ts';
import { getNotificationCampaign } from './get-notification-campaign.ts';
import type { MoveDependencies } from './move-campaign.ts';
import { runCampaign } from './run-campaign.ts';
import type { RunDependencies } from './run-campaign.ts';
import { createTrackingTokens } from './tracking-token.ts';
import { createTracking } from './tracking.ts';

export const BASE = 'https://portico.example';
export const tokens = createTrackingTokens(Buffer.alloc(32, 7));
const marketing = { channel: 'sms', name: 'marketing' } as const;
export const run = { signal: new AbortController().signal };

const insertTemplate = statement(
  'test.insert_template',
  `insert into notifications.templates (id, key, channel, category, description, created_at, updated_at)
   values ($1, $2, $3, $4, '', now(), now())`,
);
const insertVersion = statement(
  'test.insert_version',
  `insert into notifications.template_versions (id, template_id, number, default_locale, variables, contents, published_at, created_at)
   values ($1, $2, 1, 'en', $3::jsonb, $4::jsonb, now(), now())`,
);
const insertRecipients = statement<{ id: string }>(
  'test.insert_recipients',
  `insert into notifications.recipients (user_id, email, phone, country, roles, registered_at, locale)
   select uuidv7(), 'person-' || n || '@example.com', '+98912' || lpad(n::text, 7, '0'), 'IR', '{user}',
     '2026-01-01T00:00:00Z'::timestamptz + make_interval(days => n % 300), 'fa-IR'
   from generate_series(1, $1::int) n returning user_id as id`,
);
const empty = statement(
  'test.empty_campaigns',
  `truncate notifications.recipients, notifications.campaigns, notifications.campaign_recipients, notifications.tracked_links,
     notifications.engagements, notifications.templates, notifications.template_versions, platform.dead_letters`,
);
const endLeases = statement(
  'test.end_leases',
  `update notifications.messages set wake_at = $1 where state in ('claimed', 'sending')`,
);

/** What a campaign says in tests. */
export interface TestTemplate {
  readonly channel?: Channel;
  readonly category?: string;
  readonly variables?: readonly object[];
  readonly text?: string;
  readonly html?: string;
}

/** A scene with people to write to and templates to write from. */
export async function createCampaignScene(accounts: Accounts = noAccounts) {
  const scene = await createNotificationScene();
  const { database, clock, test } = scene;
  const dependencies = (other: Database = database): RunDependencies => ({
    ...{ database: other, clock, accounts, country: 'IR' },
    unsubscribeUrl: (messageId) => `${BASE}/api/v1/unsubscribe/${messageId}`,
    tracking: createTracking(tokens, BASE),
  });
  return {
    ...scene,
    campaignDependencies: dependencies,
    async reset() {
      await test.owner.query(empty);
      await scene.reset();
    },
    /** @returns their ids, in order */
    async addRecipients(count: number): Promise<readonly string[]> {
      return (await test.owner.query(insertRecipients, [count])).map(({ id }) => id).sort();
    },
    /** A published template. @returns its key */
    async addTemplate({ channel = 'sms', category = 'promotions', text = 'Hi', ...rest }: TestTemplate = {}) {
      const [id, key] = [newId(), `t.${newId()}`];
      const content = { locale: 'en', text, ...(channel === 'email' ? { subject: 'Hi', html: rest.html } : {}) };
      await test.owner.query(insertTemplate, [id, key, channel, category]);
      const values = [newId(), id, JSON.stringify(rest.variables ?? []), JSON.stringify([content])];
      await test.owner.query(insertVersion, values);
      return key;
    },
    createCampaign(templateKey: string, plan: Partial<CampaignPlan> = {}): Promise<Campaign> {
      const whole: CampaignPlan = {
        ...{ id: newId(), name: 'Test', channel: 'sms', templateKey, templateVersion: 1, tracking: false },
        ...{ variables: [], recipientVariables: [], segment: {}, scheduledAt: clock.now() },
        ...plan,
      };
      return database.transaction((tx) => createNotificationCampaign({ tx, clock }, { ...whole, createdBy: newId() }));
    },
    /** Does one of the moves in a transaction of its own. */
    move(step: (dependencies: MoveDependencies, id: string) => Promise<Campaign>, id: string): Promise<Campaign> {
      return database.transaction((tx) => step({ tx, clock }, id));
    },
    work: (campaignId: string, other?: Database): Promise<void> =>
      runCampaign(dependencies(other), { campaignId }, run),
    campaign: (id: string): Promise<Campaign> => getNotificationCampaign(database, id),
    drain: (sender: FakeSmsSender, other?: Database): Promise<void> =>
      sendMessages(
        scene.dependencies({ senders: [sender], ...(other === undefined ? {} : { database: other }) }),
        marketing,
        run,
      ),
    endLeases: () => test.owner.query(endLeases, [clock.now()]),
  };
}

export type CampaignTestScene = Awaited<ReturnType<typeof createCampaignScene>>;
