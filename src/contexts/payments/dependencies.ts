import type { Database } from '../../database/transaction.ts';
import type { Publish } from '../../jobs/events.ts';
import type { Enqueue } from '../../jobs/queue.ts';
import type { PaymentProvider } from '../../ports/payments.ts';
import type { SandboxDesk } from '../../ports/sandbox-payments.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/cursor.ts';
import type { ColumnCipher, KeyRing } from '../../shared/key-ring.ts';
import type { PaymentsObserver } from './observer.ts';

/** What the composition gives to payments. */
export interface PaymentsDependencies {
  /** For operations. */
  readonly primary: Database;
  /** For jobs. */
  readonly worker: Database;
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly publish: Publish;
  readonly enqueue: Enqueue;
  /** Who is asked for new payments. */
  readonly provider: PaymentProvider;
  /** Everybody with an account here, the one above among them: of old payments they still tell. */
  readonly providers: readonly PaymentProvider[];
  readonly sandbox: SandboxDesk;
  readonly keyRing: KeyRing;
  readonly observer: PaymentsObserver;
  /** Where providers send buyers back to; undefined: nowhere. */
  readonly returnUrl: string | undefined;
  /** Days that messages of providers are kept. */
  readonly messageDays: number;
}

/** What every change of a payment needs. */
export interface Desk extends Pick<PaymentsDependencies, 'clock' | 'publish' | 'enqueue' | 'providers' | 'observer'> {
  /** Seals what buyers must do. */
  readonly actions: ColumnCipher;
}

/** @throws Error for a provider that has no account here any more: what it holds cannot be moved */
export function providerOf(providers: readonly PaymentProvider[], name: string): PaymentProvider {
  const found = providers.find((provider) => provider.name === name);
  if (found === undefined) throw new Error(`the payment provider "${name}" has no account here`);
  return found;
}
