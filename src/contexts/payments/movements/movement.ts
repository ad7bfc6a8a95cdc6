export const movementKinds = ['capture', 'void', 'refund'] as const;
export type MovementKind = (typeof movementKinds)[number];

export const movementStates = ['requested', 'pending', 'unknown', 'succeeded', 'failed'] as const;
export type MovementState = (typeof movementStates)[number];

/** A capture, a release or a refund of one attempt. Its id is the key of the call at the provider. */
export interface Movement {
  readonly id: string;
  readonly paymentId: string;
  readonly attemptId: string;
  readonly kind: MovementKind;
  readonly amount: bigint;
  readonly state: MovementState;
  readonly requestKey: string;
  readonly part: number;
  /** `excess`: more was captured than is due. `cancel`: the payment was cancelled. */
  readonly purpose: 'asked' | 'excess' | 'cancel';
  readonly reason: string;
  readonly releaseRest: boolean;
  /** The provider's name of a refund. */
  readonly providerRef: string | null;
  readonly failureCode: string | null;
  readonly calledAt: Date | null;
  readonly checks: number;
  readonly nextCheckAt: Date | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** Nobody knows yet that it will never be anything else. */
export function isOpen({ endedAt }: Pick<Movement, 'endedAt'>): boolean {
  return endedAt === null;
}
