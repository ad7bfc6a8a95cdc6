import type { OrderSettings } from './contexts/orders/index.ts';
import { isCurrency } from './shared/currency.ts';
import type { EnvironmentReader } from './environment-reader.ts';

export type { OrderSettings } from './contexts/orders/index.ts';

/** How long orders can be changed, are protected from being placed twice, and wait for their payment. */
export function readOrderSettings(read: EnvironmentReader): OrderSettings {
  return {
    editSeconds: read.number('ORDER_EDIT_HOURS', 3, 0, 720, false) * 3600,
    duplicateSeconds: read.number('ORDER_DUPLICATE_HOURS', 3, 0.01, 720, false) * 3600,
    captureMode: read.choice('ORDER_CAPTURE', 'automatic', ['automatic', 'manual']),
    paymentSeconds: read.number('ORDER_PAYMENT_MINUTES', 15, 1, 10_080) * 60,
    baseCurrency: readBaseCurrency(read),
  };
}

function readBaseCurrency(read: EnvironmentReader): string | undefined {
  const code = read.text('ORDER_BASE_CURRENCY');
  if (code !== undefined && !isCurrency(code)) {
    read.faults.push(`ORDER_BASE_CURRENCY is "${code}"; it names a currency of ISO 4217, such as EUR`);
  }
  return code;
}
