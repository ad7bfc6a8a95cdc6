import type { SmsTemplate } from '../notifications/index.ts';
import { valuesOf } from './bonus-campaign.ts';

/** What rows of a campaign tell of its texts. */
export interface TemplateColumns {
  readonly templateKey: string | null;
  readonly templateVersion: number | null;
  readonly campaignName: string;
  readonly coins: number;
}

/** The columns of `rewards.bonus_campaigns c` that `smsTemplateOf` needs. */
export const templateColumns = `c.template_key as "templateKey", c.template_version as "templateVersion",
  c.name as "campaignName", c.coins`;

/** What a campaign's texts are made from; null for its own `messageTemplate`. */
export function smsTemplateOf(row: TemplateColumns): SmsTemplate | null {
  const { templateKey: key, templateVersion: version, campaignName: name, coins } = row;
  return key === null || version === null ? null : { key, version, values: valuesOf({ coins, name }) };
}
