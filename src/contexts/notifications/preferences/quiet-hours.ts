import { classOfCategory } from '../category.ts';
import type { Category } from '../category.ts';
import type { Channel, MessageClass } from '../message.ts';
import { zonesOf } from './time-zones.ts';

/** From when until when people are left alone, in minutes of their own day; over midnight when `from` is the later one. */
export interface QuietHours {
  readonly from: number;
  readonly until: number;
}

type QuietKey = Exclude<MessageClass, 'otp'> | Category;

/** When people are left alone, and whose clock counts for those whose zone nobody knows. */
export interface QuietPlan {
  /** By category, or by class for categories that are not named. */
  readonly hours: ReadonlyMap<QuietKey, QuietHours>;
  /** ISO 3166-1 of those whose country nobody knows either. */
  readonly country: string;
}

const SETTING = /^([a-z]+)=([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])$/;
const quietKeys = ['transactional', 'marketing', 'account', 'rewards', 'promotions', 'news', 'reminders'] as const;

/** Reads `marketing=21:00-09:00`. @returns undefined for anything else, codes above all */
export function readQuietHours(text: string): [QuietKey, QuietHours] | undefined {
  const [, name, ...clock] = SETTING.exec(text) ?? [];
  const key = quietKeys.find((known) => known === name);
  const [fromHour = 0, fromMinute = 0, untilHour = 0, untilMinute = 0] = clock.map(Number);
  const hours = { from: fromHour * 60 + fromMinute, until: untilHour * 60 + untilMinute };
  return key === undefined || hours.from === hours.until ? undefined : [key, hours];
}

/** What decides about when somebody may be disturbed. */
export interface Sleeper {
  readonly class: MessageClass;
  readonly category: Category | null;
  readonly channel: Channel;
  readonly address: string;
  /** The recipient's; null when nobody knows. */
  readonly time_zone: string | null;
}

/**
 * When this message may leave: now, or as soon as it is morning where its recipient lives. Never later than now for a one-time
 * code. Where only the country is known and it has several zones, it must be morning in all of them.
 */
export function openAt(sleeper: Sleeper, { hours, country }: QuietPlan, now: Date): Date {
  const { category } = sleeper;
  if (sleeper.class === 'otp' || hours.size === 0) return now;
  const quiet =
    (category === null ? undefined : hours.get(category)) ??
    hours.get(category === null ? sleeper.class : classOfCategory(category));
  return quiet === undefined ? now : firstOpen(now, quiet, zonesOf(sleeper, country));
}

const MINUTE = 60_000;
const DAY_MINUTES = 1_440;
/** Rounds in which zones that never are awake at the same time are noticed. */
const MOST_ROUNDS = 100;

/**
 * The first moment, not before `from`, that is outside the quiet hours in all of these zones; in the first of them alone, if
 * they are never awake together. Exact across changes of the clocks: when the end of the quiet hours is skipped, it is the
 * moment after the gap.
 */
export function firstOpen(from: Date, quiet: QuietHours, zones: readonly string[]): Date {
  let at = from.getTime();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const later = zones.map((zone) => firstOpenIn(at, quiet, zone)).find((moment) => moment > at);
    if (later === undefined) return new Date(at);
    at = later;
  }
  const [first = 'UTC'] = zones;
  return new Date(firstOpenIn(from.getTime(), quiet, first));
}

function firstOpenIn(from: number, quiet: QuietHours, zone: string): number {
  if (!isQuiet(from, quiet, zone)) return from;
  const start = Math.floor(from / MINUTE) * MINUTE;
  let at = start;
  // One round, or two when the clocks are set back meanwhile.
  while (isQuiet(at, quiet, zone)) {
    const wait = (quiet.until - minuteOf(at, zone) + DAY_MINUTES) % DAY_MINUTES;
    at += (wait === 0 ? DAY_MINUTES : wait) * MINUTE;
  }
  // When they are set forward, that was too far.
  while (at - MINUTE > start && !isQuiet(at - MINUTE, quiet, zone)) at -= MINUTE;
  return at;
}

function isQuiet(at: number, { from, until }: QuietHours, zone: string): boolean {
  const minute = minuteOf(at, zone);
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The minute of the day that clocks in this zone show. */
function minuteOf(at: number, zone: string): number {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  clocks.set(zone, clock);
  const [hour = 0, minute = 0] = clock.format(at).split(':').map(Number);
  return hour * 60 + minute;
}
