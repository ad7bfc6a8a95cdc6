import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { preconditionFailed, requireTag } from '../../../shared/etag.ts';
import { marketingCategories } from '../category.ts';
import type { Channel } from '../message.ts';
import type { ReadContacts } from '../templates/send-notification.ts';
import { requireTimeZone } from './require-time-zone.ts';
import { readOwnPreferences, tagOf } from './own-preferences.ts';
import type { OwnPreferences } from './own-preferences.ts';
import type { SwitchedOff } from './preferences.ts';
import { writePreferences } from './preferences-store.ts';
import { liftStops } from './suppression-store.ts';

/** A category of marketing on one channel, switched by its owner. */
export interface Switch extends SwitchedOff {
  readonly enabled: boolean;
}

export interface PreferencesChange {
  readonly userId: string;
  readonly ifMatch: string | undefined;
  readonly locale: string | null;
  readonly timeZone: string | null;
  /** Of two about the same, the last counts; what is not named is on. */
  readonly switches: readonly Switch[];
}

export interface PreferencesDependencies {
  readonly tx: Transaction;
  readonly clock: Clock;
  readonly readContacts: ReadContacts;
}

/**
 * Replaces what a person wants. From its commit on nothing that they switched off is claimed; what is already leaving leaves.
 * A category that is named and switched on is an opt-in: it lifts what its owner stopped by a link or by STOP on that channel,
 * and the categories that are not named stay off there. Not lifted are dead addresses, complaints, and what the carrier or
 * staff did.
 *
 * @throws Problem 412, 428; 409 `time-zone-unknown`
 */
export async function updateNotificationPreferences(
  { tx, clock, readContacts }: PreferencesDependencies,
  { userId, ifMatch, locale, timeZone, switches }: PreferencesChange,
): Promise<OwnPreferences> {
  const before = await readOwnPreferences({ tx, readContacts }, userId);
  requireTag(ifMatch, tagOf(before));
  if (timeZone !== null) requireTimeZone(timeZone);

  const named = new Map(switches.map(({ channel, category, enabled }) => [`${channel}:${category}`, enabled]));
  const lifted = before.stops.filter(({ channel }) =>
    marketingCategories.some((category) => named.get(`${channel}:${category}`) === true),
  );
  const isLifted = (channel: Channel): boolean => lifted.some((stop) => stop.channel === channel);
  const switchedOff = (['email', 'sms'] as const).flatMap((channel) =>
    marketingCategories
      .filter((category) => !(named.get(`${channel}:${category}`) ?? !isLifted(channel)))
      .map((category) => ({ channel, category })),
  );
  await liftStops(tx, lifted);
  const stops = before.stops.filter(({ channel }) => !isLifted(channel));

  const { version } = before;
  const wanted = { locale, timeZone, switchedOff };
  if (saysTheSame(wanted, before)) return { ...before, stops };
  const after = await writePreferences(tx, userId, { ...wanted, version }, clock.now());
  if (after === undefined) throw preconditionFailed();
  return { ...after, stops };
}

type Wishes = Pick<OwnPreferences, 'locale' | 'timeZone' | 'switchedOff'>;

function saysTheSame(one: Wishes, other: Wishes): boolean {
  const [left, right] = [one, other].map(({ locale, timeZone, switchedOff }) => ({
    ...{ locale, timeZone },
    switchedOff: switchedOff.map(({ channel, category }) => `${channel}:${category}`).sort(),
  }));
  return isDeepStrictEqual(left, right);
}
