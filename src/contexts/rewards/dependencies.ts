import type { Database } from '../../database/transaction.ts';
import type { Enqueue } from '../../jobs/queue.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/cursor.ts';
import type { NotificationQuestions } from '../notifications/index.ts';
import type { BonusSource, PollOutcome } from './sources/bonus-source.ts';
import type { PlayRefusal } from './games/play-round.ts';

/** Hears what rewards does; the composition turns it into metrics and alerts. Must not throw. */
export interface RewardsObserver {
  chunkCredited(event: { readonly credited: number; readonly pending: number; readonly duplicate: number }): void;
  /** Anything but 0 is worth an alarm. */
  reconciled(event: { readonly differences: number }): void;
  /** One look at a source, or one file of it, has ended so. */
  sourcePolled(event: { readonly source: string; readonly outcome: PollOutcome }): void;
  roundStarted(event: { readonly gameId: string }): void;
  /** `coins`: what it paid. */
  roundEnded(event: { readonly gameId: string; readonly state: 'finished' | 'expired'; readonly coins: number }): void;
  playRefused(event: { readonly reason: PlayRefusal }): void;
  /** Entries and buckets that the score events did not agree with. Anything but 0 is worth an alarm. */
  leaderboardsCompared(event: { readonly differences: number }): void;
}

export const silentObserver: RewardsObserver = {
  chunkCredited: () => undefined,
  reconciled: () => undefined,
  sourcePolled: () => undefined,
  roundStarted: () => undefined,
  roundEnded: () => undefined,
  playRefused: () => undefined,
  leaderboardsCompared: () => undefined,
};

/** What the composition gives to rewards. */
export interface RewardsDependencies {
  /** For operations. */
  readonly primary: Database;
  /** For jobs. */
  readonly worker: Database;
  /** For what reads everything; may be a replica. */
  readonly reporting: Database;
  /**
   * For uploads alone: each holds a connection for as long as its sender takes. Its size is the number of uploads that
   * run at once; one more is told to come back.
   */
  readonly uploads: Database;
  readonly uploadsAtOnce: number;
  readonly clock: Clock;
  readonly enqueue: Enqueue;
  readonly cursors: Cursors;
  readonly notifications: Pick<
    NotificationQuestions,
    'queueMessages' | 'queueTemplatedSms' | 'requireSmsTemplate' | 'countGroup' | 'countGroups'
  >;
  readonly observer: RewardsObserver;
  /** Where files of numbers appear by themselves. */
  readonly sources: readonly BonusSource[];
  /** Days that the refused lines of a finished import are kept, and the records of looks at sources. */
  readonly refusedLinesDays: number;
  /** Signs round tokens and makes the names of players; 32 bytes that nothing else uses. */
  readonly gameSecret: Buffer;
}
