import { etagOf } from '../../../shared/etag.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { ReadContacts } from '../templates/send-notification.ts';
import type { Preferences } from './preferences.ts';
import { findPreferences } from './preferences-store.ts';
import { findStops } from './suppression-store.ts';
import type { Stop } from './suppression-store.ts';

/** Preferences as they work: with the channels on which their owner stopped marketing elsewhere, by a link or by STOP. */
export interface OwnPreferences extends Preferences {
  readonly stops: readonly Stop[];
}

/** Of somebody's verified addresses only: nobody sees, or lifts, what stands at an address that is not theirs. */
export async function readOwnPreferences(
  { tx, readContacts }: { readonly tx: Transaction; readonly readContacts: ReadContacts },
  userId: string,
): Promise<OwnPreferences> {
  const [contact] = await readContacts(tx, [userId]);
  const addresses = [
    { channel: 'sms' as const, address: contact?.phone ?? null },
    { channel: 'email' as const, address: contact?.email ?? null },
  ].flatMap(({ channel, address }) => (address === null ? [] : { channel, address }));
  return { ...(await findPreferences(tx, userId)), stops: await findStops(tx, addresses) };
}

/** Changes with the preferences and with every stop: who read before an unsubscription cannot undo it unseen. */
export function tagOf({ version, stops }: OwnPreferences): string {
  const stopped = stops.map(({ channel }) => `-${channel}`).sort();
  return etagOf(`${version}${stopped.join('')}`);
}
