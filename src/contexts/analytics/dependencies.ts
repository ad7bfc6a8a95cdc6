import type { Database, Queryable } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Recount } from '../context.ts';
import { usualPace } from './report-pace.ts';
import type { PaceLimits } from './report-pace.ts';

/** The users with the most coins of a stretch of time, as rewards answers. */
export interface TopWallets {
  readonly received: readonly { readonly userId: string; readonly coins: number }[];
  readonly spent: readonly { readonly userId: string; readonly coins: number }[];
}

/** A campaign as whoever runs it knows it. */
export interface KnownCampaign {
  readonly name: string;
  readonly createdAt: Date;
}

/** What analytics asks of others. */
export interface AnalyticsQuestions {
  /** A bonus campaign; undefined when there is none of this id. */
  readonly findBonusCampaign: (queryable: Queryable, id: string) => Promise<KnownCampaign | undefined>;
  /** Reads every ledger entry of that time. */
  readonly listTopWallets: (
    queryable: Queryable,
    window: { readonly from: Date; readonly to: Date; readonly limit: number },
  ) => Promise<TopWallets>;
}

/** Hears what the jobs find. */
export interface AnalyticsObserver {
  /** After each comparison of the rollups with the tables: cells that differ. */
  compared(found: { readonly differences: number }): void;
  /** After each pass of the roller: up to when the figures are whole. */
  rolledUp(state: { readonly asOf: Date }): void;
}

export const silentObserver: AnalyticsObserver = { compared: () => undefined, rolledUp: () => undefined };

/** What this context is given by the composition. */
export interface AnalyticsDependencies {
  /** For operations that ask other contexts. */
  readonly primary: Database;
  /** For jobs. */
  readonly worker: Database;
  /** For reports; may be a replica. */
  readonly reporting: Database;
  readonly clock: Clock;
  /** IANA names of the zones that have a row per day; the first is the usual one. */
  readonly zones: readonly string[];
  readonly limits: ReportLimits;
  /** Of every context, at the time it is asked. */
  readonly recounts: () => readonly Recount[];
  readonly questions: AnalyticsQuestions;
  readonly observer: AnalyticsObserver;
}

/** When a report is given up, in milliseconds. */
export interface ReportLimits {
  /** On a replica. */
  readonly replicaTimeout: number;
  /** On the primary, where it costs those who write. */
  readonly primaryTimeout: number;
  /** A replica that is further behind answers nothing. */
  readonly longestLag: number;
  /** How they share a process on the primary. */
  readonly pace: PaceLimits;
}

export const usualLimits: ReportLimits = {
  replicaTimeout: 10_000,
  primaryTimeout: 2_000,
  longestLag: 30_000,
  pace: usualPace,
};
