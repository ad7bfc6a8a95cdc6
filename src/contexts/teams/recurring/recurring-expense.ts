import type { Terms } from '../expenses/terms.ts';
import type { Recurrence } from './recurrence.ts';

/** What a writer says of an expense that comes again. */
export interface RecurringWords extends Recurrence {
  readonly description: string;
  readonly category: string | null;
  readonly notes: string | null;
  /** Decimal text. */
  readonly amount: string;
  readonly currency: string;
  readonly terms: Terms;
  /** IANA name: whose days are meant. */
  readonly timeZone: string;
}

/** An expense that comes again by the calendar. */
export interface RecurringExpense extends RecurringWords {
  readonly id: string;
  readonly teamId: string;
  /** The occurrence that comes next, from 0, and its day; null when there is none any more. */
  readonly nextNumber: number;
  readonly nextOn: string | null;
  /** `suspended`: nothing is written until somebody changes it. */
  readonly state: 'active' | 'suspended';
  /** A code of problems, or `catch-up-limit`. */
  readonly suspendedReason: string | null;
  /** The ETag. */
  readonly version: number;
  /** The member who wrote it: its expenses are theirs. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Expenses written at once for days that were missed; what is more waits until a person has looked at it. */
export const CATCH_UP = 12;
