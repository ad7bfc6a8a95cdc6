import type { Disagreement } from './oracle.ts';

/** A disagreement that is not our mistake. The list may only shrink: an entry that no message matches fails the run. */
export interface KnownDisagreement {
  readonly kind: Disagreement['kind'];
  /** Matches `METHOD path?query → detail`. */
  readonly pattern: RegExp;
  /** Why Portico is right. */
  readonly reason: string;
}

export const knownDisagreements: readonly KnownDisagreement[] = [];
