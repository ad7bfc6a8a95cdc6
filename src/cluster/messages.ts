import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { OpenDatabases } from '../database/open.ts';
import type { Addresses } from '../process/create-process.ts';

/** A process's metrics as prom-client writes them for others to add up. */
export type MetricSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** What a sibling begins with. Secrets travel over the channel and never in an environment that others can read. */
export interface Beginning {
  /** Its number, from 1; a replacement takes over the number of the one that died. */
  readonly number: number;
  /** How many siblings there are. */
  readonly processes: number;
  readonly databases: Omit<OpenDatabases, 'close'>;
  /** All siblings were ready once already. */
  readonly complete: boolean;
}

/** Points that a sibling wants of one counter. */
export interface Want {
  /** The policy and the caller: what is counted. */
  readonly key: string;
  readonly quota: number;
  readonly windowSeconds: number;
  /** For requests that wait: given in full, or as far as the quota reaches. */
  readonly points: number;
  /** For requests expected soon: given only where there is plenty. */
  readonly ahead: number;
}

/** The answer to a {@link Want}. */
export interface Grant {
  readonly granted: number;
  /** What of `granted` was given ahead; to be settled by a {@link Settlement}. */
  readonly ahead: number;
  /** What nobody has been given yet. */
  readonly remaining: number;
  readonly millisecondsLeft: number;
  /** Names the window, for the settlement. */
  readonly window: number;
  /** The quota is used up, and no sibling can give points back any more: no need to ask again in this window. */
  readonly final: boolean;
}

/** What became of points given ahead. */
export interface Settlement {
  readonly key: string;
  readonly window: number;
  readonly ahead: number;
  readonly unused: number;
}

/** From the supervisor to a sibling. */
export type ToSibling =
  | { readonly kind: 'begin'; readonly beginning: Beginning }
  | { readonly kind: 'complete' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'collect'; readonly id: number }
  | { readonly kind: 'sum'; readonly id: number; readonly text: string }
  | { readonly kind: 'grants'; readonly id: number; readonly grants: readonly Grant[] };

/** From a sibling to the supervisor. */
export type ToSupervisor =
  | { readonly kind: 'hello' }
  | { readonly kind: 'listening'; readonly addresses: Addresses }
  | { readonly kind: 'collected'; readonly id: number; readonly snapshot: MetricSnapshot }
  /** The last figures of a sibling that ends in order. */
  | { readonly kind: 'farewell'; readonly snapshot: MetricSnapshot }
  | { readonly kind: 'sum?'; readonly id: number }
  | {
      readonly kind: 'count';
      readonly id: number;
      readonly wants: readonly Want[];
      readonly settlements: readonly Settlement[];
    };
