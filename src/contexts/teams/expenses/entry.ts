/** What moves balances. Fields of an expense that other kinds have no use for are null there. */
export type EntryKind = 'expense' | 'settlement' | 'carry-over' | 'conversion';

/** Only what is `counted` moves balances. */
export type EntryState = 'counted' | 'pending' | 'void' | 'deleted';

/** A member's part of an entry, in minor units. */
export interface Leg {
  readonly memberId: string;
  readonly paid: bigint;
  readonly owed: bigint;
}

export interface Entry {
  readonly id: string;
  readonly teamId: string;
  readonly kind: EntryKind;
  /** ISO 4217. */
  readonly currency: string;
  /** In minor units; above zero. */
  readonly amount: bigint;
  readonly state: EntryState;
  readonly description: string;
  readonly category: string | null;
  /** `YYYY-MM-DD`. */
  readonly occurredOn: string;
  readonly notes: string | null;
  readonly attachmentUrl: string | null;
  /** What was asked for; the legs are what came of it. */
  readonly terms: object | null;
  /** The ETag. */
  readonly version: number;
  /** The member who wrote it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type NewEntry = Omit<Entry, 'version' | 'updatedAt'>;
