/** `pending` until the receiver confirms, `confirmed` when it counts, `void` when it did not happen. */
export type SettlementState = 'pending' | 'confirmed' | 'void';

/** That one member paid another. */
export interface Settlement {
  readonly id: string;
  readonly teamId: string;
  readonly payerId: string;
  readonly receiverId: string;
  /** ISO 4217. */
  readonly currency: string;
  /** In minor units; above zero. */
  readonly amount: bigint;
  /** `YYYY-MM-DD`. */
  readonly paidOn: string;
  readonly note: string | null;
  readonly state: SettlementState;
  /** The member who recorded it. */
  readonly recordedBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The payer's debt shrinks by what they paid, and what the receiver is owed as much. */
export function legsOf({ payerId, receiverId, amount }: Pick<Settlement, 'payerId' | 'receiverId' | 'amount'>) {
  return [
    { memberId: payerId, paid: amount, owed: 0n },
    { memberId: receiverId, paid: 0n, owed: amount },
  ];
}
