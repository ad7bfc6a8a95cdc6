import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import { createUnsubscription, getUnsubscription } from './create-unsubscription.ts';
import type { UnsubscribeDependencies } from './create-unsubscription.ts';
import { choicesOf } from './preferences.ts';
import { readOwnPreferences, tagOf } from './own-preferences.ts';
import type { OwnPreferences } from './own-preferences.ts';
import { recordInboundMessage } from './record-inbound-message.ts';
import { PAGE_POLICY, unsubscribePage } from './unsubscribe-page.ts';
import { updateNotificationPreferences } from './update-notification-preferences.ts';
import type { TemplateDependencies } from '../templates/operations.ts';

type PreferenceOperations =
  | 'getNotificationPreferences'
  | 'updateNotificationPreferences'
  | 'getUnsubscription'
  | 'createUnsubscription'
  | 'recordSandboxInboundMessage';

const page = { 'Content-Security-Policy': PAGE_POLICY } as const;

export interface PreferenceOperationDependencies
  extends UnsubscribeDependencies, Pick<TemplateDependencies, 'sending'> {}

/** What people want to get, and how they stop it. */
export function createPreferenceOperations(
  dependencies: PreferenceOperationDependencies,
): Handlers<PreferenceOperations> {
  const { database, clock } = dependencies;
  const { readContacts } = dependencies.sending;
  return {
    async getNotificationPreferences(_input, { principal }) {
      const own = await database.transaction((tx) => readOwnPreferences({ tx, readContacts }, principal.userId));
      return reply('getNotificationPreferences', shown(own));
    },
    async updateNotificationPreferences({ headers, body }, { principal }) {
      const { locale, timeZone, choices } = body;
      const change = { userId: principal.userId, ifMatch: headers['If-Match'], locale, timeZone, switches: choices };
      const changed = await database.transaction((tx) =>
        updateNotificationPreferences({ tx, clock, readContacts }, change),
      );
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

function shown(own: OwnPreferences) {
  const { locale, timeZone } = own;
  const body = { locale, timeZone, choices: [...choicesOf(own)] };
  return { status: 200 as const, headers: { ETag: tagOf(own) }, body };
}
