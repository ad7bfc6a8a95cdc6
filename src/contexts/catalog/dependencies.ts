import type { Database } from '../../database/transaction.ts';
import type { Publish } from '../../jobs/events.ts';
import type { Enqueue } from '../../jobs/queue.ts';
import type { FeatureFlags } from '../../ports/feature-flags.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/cursor.ts';

/** What the composition gives to the catalog. */
export interface CatalogDependencies {
  /** For operations. */
  readonly primary: Database;
  /** For jobs. */
  readonly worker: Database;
  /** For uploads, which hold a connection as long as their sender takes. */
  readonly uploads: Database;
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly publish: Publish;
  readonly enqueue: Enqueue;
  readonly flags: FeatureFlags;
}
