import type { ProviderState } from '../../../ports/payments.ts';
import type { Sums } from '../payment.ts';

/** In the order of the happy path; what is of lower rank never follows what is of higher. */
export const attemptStates = [
  'created',
  'requires_action',
  'processing',
  'unknown',
  'authorised',
  'partly_captured',
  'captured',
  'declined',
  'voided',
  'expired',
] as const;
export type AttemptState = (typeof attemptStates)[number];

/** One try to pay. Its id is our reference at the provider. */
export interface Attempt extends Sums {
  readonly id: string;
  readonly paymentId: string;
  readonly provider: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly state: AttemptState;
  readonly methodToken: string | null;
  readonly providerRef: string | null;
  readonly providerHandle: string | null;
  /** Sealed. */
  readonly action: Buffer | null;
  /** What of the captured is more than was due and waits to be given back. */
  readonly suspense: bigint;
  readonly declineCode: string | null;
  readonly expiresAt: Date | null;
  readonly calledAt: Date | null;
  readonly checks: number;
  readonly nextCheckAt: Date | null;
  readonly cancelRequestedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** May still become a payment by itself: while one is in flight, no other starts. */
export function isInFlight({ state }: Pick<Attempt, 'state'>): boolean {
  return state === 'created' || state === 'requires_action' || state === 'processing' || state === 'unknown';
}

/** How far a state in flight is; what its provider says of lower rank changes nothing. */
export function rankOf(state: AttemptState | ProviderState): number {
  switch (state) {
    case 'created':
    case 'unknown':
      return 0;
    case 'requires_action':
      return 1;
    case 'processing':
      return 2;
    case 'declined':
      return 3;
    case 'authorised':
      return 4;
    case 'partly_captured':
      return 5;
    case 'captured':
    case 'voided':
    case 'expired':
      return 6;
  }
}
