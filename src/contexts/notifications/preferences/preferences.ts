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

/** Every category on every channel. */
export function choicesOf({ switchedOff }: Pick<Preferences, 'switchedOff'>): readonly Choice[] {
  return (['sms', 'email'] as const).flatMap((channel) =>
    categories.map((category) => ({
      channel,
      category,
      enabled: !switchedOff.some((off) => off.channel === channel && off.category === category),
      fixed: classOfCategory(category) === 'transactional',
    })),
  );
}
