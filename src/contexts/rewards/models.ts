import { Model, snakeCaseMappers } from 'objection';
import type { Region } from '../../shared/phone.ts';
import type { PeriodPolicy } from './bonus-campaign.ts';

/** A row of rewards.bonus_campaigns. */
export class BonusCampaignModel extends Model {
  static override tableName = 'rewards.bonus_campaigns';
  static override columnNameMappers = snakeCaseMappers();

  declare id: string;
  declare name: string;
  declare coins: number;
  declare periodPolicy: PeriodPolicy;
  declare windowSeconds: number;
  declare messageTemplate: string;
  declare templateKey: string | null;
  declare templateVersion: number | null;
  declare defaultRegion: Region;
  declare claimUntil: Date | null;
  declare createdBy: string;
  declare createdAt: Date;
}
