import type { PaymentsDependencies } from '../dependencies.ts';
import { recordPaymentMessage } from '../inbox/record-payment-message.ts';
import { listDueEvents, markDelivered } from './sandbox-store.ts';

const AT_ONCE = 100;

type PublishDependencies = Pick<
  PaymentsDependencies,
  'worker' | 'clock' | 'enqueue' | 'providers' | 'keyRing' | 'observer' | 'sandbox'
>;

/**
 * Sends what the sandbox provider has to tell, signed, by the way of every message of a provider. Dying anywhere in it sends a
 * message twice at worst, and it is taken in once.
 */
export async function publishSandboxEvents(dependencies: PublishDependencies, signal: AbortSignal): Promise<void> {
  const { worker, clock, sandbox } = dependencies;
  while (!signal.aborted) {
    const due = await listDueEvents(worker, clock.now(), AT_ONCE);
    for (const { id, body } of due) {
      const signature = sandbox.sign(body, clock.now());
      const pushed = { kind: '', signature, raw: Buffer.from(body) };
      await recordPaymentMessage({ ...dependencies, primary: worker }, 'sandbox', pushed);
      await markDelivered(worker, id, clock.now());
    }
    if (due.length < AT_ONCE) return;
  }
}
