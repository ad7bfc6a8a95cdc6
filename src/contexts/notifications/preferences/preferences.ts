import { categories, classOfCategory } from '../category.ts';
import type { Category, MarketingCategory } from '../category.ts';
import type { Channel } from '../message.ts';

/** A category of marketing that a person does not want on a channel. */
export interface SwitchedOff {
  readonly channel: Channel;
  readonly category: MarketingCategory;
}

/** What one person wants to get, and how. */
export interface Preferences {
  /** BCP 47; null when they have not told. */
  readonly locale: string | null;
  /** IANA; null when they have not told. */
  readonly timeZone: string | null;
  readonly switchedOff: readonly SwitchedOff[];
  /** Counts the changes; the ETag. 0 for somebody who never changed anything. */
  readonly version: number;
}

/** Whether messages of a category come by a channel. */
export interface Choice {
  readonly channel: Channel;
  readonly category: Category;
  readonly enabled: boolean;
  /** It is not the person's to decide. */
  readonly fixed: boolean;
}

/** Every category on every channel; marketing is off where its owner stopped all of it. */
export function choicesOf({
  switchedOff,
  stops,
}: Pick<Preferences, 'switchedOff'> & { readonly stops: readonly { readonly channel: Channel }[] }): readonly Choice[] {
  const isOff = (channel: Channel, category: Category): boolean =>
    switchedOff.some((off) => off.channel === channel && off.category === category) ||
    (classOfCategory(category) === 'marketing' && stops.some((stop) => stop.channel === channel));
  return (['sms', 'email'] as const).flatMap((channel) =>
    categories.map((category) => ({
      channel,
      category,
      enabled: !isOff(channel, category),
      fixed: classOfCategory(category) === 'transactional',
    })),
  );
}
