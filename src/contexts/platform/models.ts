import { Model, snakeCaseMappers } from 'objection';
import type { SandboxChannel } from './sandbox-behaviour.ts';

export class SandboxMessageModel extends Model {
  static override readonly tableName = 'platform.sandbox_messages';
  static override readonly columnNameMappers = snakeCaseMappers();

  declare id: string;
  declare channel: SandboxChannel;
  declare address: string;
  declare subject: string | null;
  declare body: string;
  declare report: 'delivered' | 'undelivered' | null;
  declare reportAt: Date | null;
  declare reportedAt: Date | null;
  declare createdAt: Date;
}
