import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { PaymentsObserver } from '../contexts/payments/index.ts';

/** What happens to payments, as metrics. */
export function createPaymentMetrics(registry: Registry): PaymentsObserver {
  const registers = [registry];
  const messages = new Counter({
    name: 'portico_payment_messages_total',
    help: 'Messages of payment providers, by what became of them.',
    labelNames: ['provider', 'result'],
    registers,
  });
  const flags = new Counter({
    name: 'portico_payment_flags_total',
    help: 'Payments, and messages about them, that a person must look at.',
    labelNames: ['provider', 'flag'],
    registers,
  });
  const differences = new Gauge({
    name: 'portico_payment_differences',
    help: 'Movements of the last compared day that only we or only the provider have, or that differ; anything but 0 is an alarm.',
    aggregator: 'max',
    labelNames: ['provider'],
    registers,
  });
  const reconciled = new Gauge({
    name: 'portico_payments_reconciled_timestamp_seconds',
    help: "When a provider's list was last compared with ours, in Unix time.",
    aggregator: 'max',
    labelNames: ['provider'],
    registers,
  });
  return {
    message: ({ provider, result }) => messages.inc({ provider, result }),
    flagged: ({ provider, flag }) => flags.inc({ provider, flag }),
    reconciled(found) {
      differences.set({ provider: found.provider }, found.differences);
      reconciled.set({ provider: found.provider }, found.at.getTime() / 1_000);
    },
  };
}
