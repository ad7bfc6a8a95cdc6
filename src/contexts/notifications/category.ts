/** What a message is about: what people may switch off, and what quiet hours and opt-outs are judged by. */
export const transactionalCategories = ['account', 'rewards'] as const;
export const marketingCategories = ['promotions', 'news', 'reminders'] as const;
export const categories = [...transactionalCategories, ...marketingCategories] as const;

export type MarketingCategory = (typeof marketingCategories)[number];
export type Category = (typeof categories)[number];

/** The class of messages of a category: one-time codes have no category. */
export function classOfCategory(category: Category): 'transactional' | 'marketing' {
  return marketingCategories.some((marketing) => marketing === category) ? 'marketing' : 'transactional';
}
