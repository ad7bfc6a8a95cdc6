import type { PaymentFlag } from './payment.ts';

/** What became of a message of a provider. */
export type MessageResult = 'received' | 'repeated' | 'rejected' | 'applied' | 'ignored' | 'failed';

/** Hears what happens to payments; the composition turns it into metrics. Must not throw. */
export interface PaymentsObserver {
  message(event: { readonly provider: string; readonly result: MessageResult }): void;
  /** Nothing that repeats by itself ends it: a person must look. */
  flagged(event: { readonly provider: string; readonly flag: PaymentFlag | 'unmapped' | 'unknown-payment' }): void;
  /** A provider's list was compared with ours. */
  reconciled(event: { readonly provider: string; readonly differences: number; readonly at: Date }): void;
}

export const silentObserver: PaymentsObserver = {
  message: () => undefined,
  flagged: () => undefined,
  reconciled: () => undefined,
};
