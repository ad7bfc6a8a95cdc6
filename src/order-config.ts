import type { OrderSettings } from './contexts/orders/index.ts';
import type { EnvironmentReader } from './environment-reader.ts';

export type { OrderSettings } from './contexts/orders/index.ts';

/** How long orders can be changed, are protected from being placed twice, and wait for their payment. */
export function readOrderSettings(read: EnvironmentReader): OrderSettings {
  return {
    editSeconds: read.number('ORDER_EDIT_HOURS', 3, 0, 720, false) * 3600,
    duplicateSeconds: read.number('ORDER_DUPLICATE_HOURS', 3, 0.01, 720, false) * 3600,
    captureMode: read.choice('ORDER_CAPTURE', 'automatic', ['automatic', 'manual']),
    paymentSeconds: read.number('ORDER_PAYMENT_MINUTES', 15, 1, 10_080) * 60,
  };
}
