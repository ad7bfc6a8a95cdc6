import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import { createUnsubscription, getUnsubscription } from './create-unsubscription.ts';
import type { UnsubscribeDependencies } from './create-unsubscription.ts';
import { choicesOf } from './preferences.ts';
import type { Preferences } from './preferences.ts';
import { findPreferences } from './preferences-store.ts';
import { recordInboundMessage } from './record-inbound-message.ts';
import { PAGE_POLICY, unsubscribePage } from './unsubscribe-page.ts';
import { updateNotificationPreferences } from './update-notification-preferences.ts';

type PreferenceOperations =
  | 'getNotificationPreferences'
  | 'updateNotificationPreferences'
  | 'getUnsubscription'
  | 'createUnsubscription'
  | 'recordSandboxInboundMessage';

const page = { 'Content-Security-Policy': PAGE_POLICY } as const;

/** What people want to get, and how they stop it. */
export function createPreferenceOperations(dependencies: UnsubscribeDependencies): Handlers<PreferenceOperations> {
  const { database, clock } = dependencies;
  return {
    async getNotificationPreferences(_input, { principal }) {
      return reply('getNotificationPreferences', shown(await findPreferences(database, principal.userId)));
    },
    async updateNotificationPreferences({ headers, body }, { principal }) {
      const { locale, timeZone, choices } = body;
      const latest = new Map(choices.map((choice) => [`${choice.channel}:${choice.category}`, choice]));
      const switchedOff = [...latest.values()].filter(({ enabled }) => !enabled);
      const change = {
        ...{ userId: principal.userId, ifMatch: headers['If-Match'], locale, timeZone },
        switchedOff: switchedOff.map(({ channel, category }) => ({ channel, category })),
      };
      const changed = await database.transaction((tx) => updateNotificationPreferences({ tx, clock }, change));
      return reply('updateNotificationPreferences', shown(changed));
    },
    async getUnsubscription({ path }) {
      const found = await getUnsubscription(dependencies, path.unsubscribeToken);
      return { status: 200, headers: page, body: unsubscribePage(found) };
    },
    async createUnsubscription({ path }) {
      const done = await createUnsubscription(dependencies, path.unsubscribeToken);
      return { status: 200, headers: page, body: unsubscribePage(done) };
    },
    async recordSandboxInboundMessage({ body }, { tx, id }) {
      const asked = await recordInboundMessage({ tx, clock }, 'sandbox', { ...body, eventKey: id('inbound') });
      return { status: 200, body: { asked } };
    },
  };
}

function shown(preferences: Preferences) {
  const { locale, timeZone, version } = preferences;
  const body = { locale, timeZone, choices: [...choicesOf(preferences)] };
  return { status: 200 as const, headers: { ETag: etagOf(version) }, body };
}
