import type { Region } from '../../shared/phone.ts';
import type { VariableValue } from '../notifications/index.ts';

/** `once`: a number is paid once in the life of the campaign. `once-per-window`: once in each window files are imported into. */
export type PeriodPolicy = 'once' | 'once-per-window';

/** What each number in a campaign's files is worth. Never changes after creation. */
export interface BonusCampaign {
  readonly id: string;
  readonly name: string;
  /** What each number receives. */
  readonly coins: number;
  readonly periodPolicy: PeriodPolicy;
  readonly windowSeconds: number;
  /** With `{coins}` and `{campaign}`; the contract admits no other braces. Not used where there is an `smsTemplate`. */
  readonly messageTemplate: string;
  /** The published version of a message template that its texts are made from; null for `messageTemplate`. */
  readonly smsTemplate: { readonly key: string; readonly version: number } | null;
  readonly defaultRegion: Region;
  /** From this moment on no file is taken and pending grants expire. Null: never. */
  readonly claimUntil: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** The start of the window that holds this moment; windows begin at multiples of their length since 1970 in UTC. */
export function windowStartOf(windowSeconds: number, moment: Date): Date {
  const length = windowSeconds * 1000;
  return new Date(Math.floor(moment.getTime() / length) * length);
}

/** Under which key a number is paid once. Fixed when an import is created: never compute it from the clock later. */
export function periodKeyOf(policy: PeriodPolicy, windowStart: Date): string {
  return policy === 'once' ? 'once' : windowStart.toISOString();
}

/** The text that every credited owner receives. */
export function messageOf(campaign: Pick<BonusCampaign, 'messageTemplate' | 'coins' | 'name'>): string {
  return campaign.messageTemplate.replace(/\{(coins|campaign)\}/g, (_, placeholder: string) =>
    placeholder === 'coins' ? String(campaign.coins) : campaign.name,
  );
}

/** What the variables of an `smsTemplate` may be: `coins` and `campaign`. */
export function valuesOf({ coins, name }: Pick<BonusCampaign, 'coins' | 'name'>): readonly VariableValue[] {
  return [
    { name: 'coins', type: 'integer', value: coins },
    { name: 'campaign', type: 'string', value: name },
  ];
}

export function isClosed(campaign: Pick<BonusCampaign, 'claimUntil'>, now: Date): boolean {
  return campaign.claimUntil !== null && campaign.claimUntil <= now;
}
