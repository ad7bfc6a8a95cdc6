import type { ProviderFact } from '../../src/ports/payments.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { isObject, parseObject } from '../vendor-call.ts';
import { readEvent, UnmappedByStripe } from './stripe-reading.ts';

/** What is kept of an object: amounts, states and references. Cards, names, addresses and secrets stand in all other fields. */
const kept: ReadonlySet<string> = new Set([
  ...['id', 'object', 'amount', 'amount_received', 'amount_capturable', 'currency', 'status', 'created', 'metadata'],
  ...['payment_intent', 'cancellation_reason', 'reason', 'charge', 'capture_method', 'failure_reason'],
]);

/** An event as far as it may be stored; undefined when it is none. */
export function storedEvent(
  raw: Buffer,
): { readonly id: string; readonly type: string; readonly stored: Buffer } | undefined {
  const { id, type, created, data } = parseObject(raw.toString('utf8')) ?? {};
  const thing = isObject(data) ? data['object'] : undefined;
  if (typeof id !== 'string' || typeof type !== 'string' || !isObject(thing)) return undefined;
  if (!/^[A-Za-z0-9_]{1,255}$/.test(id) || !/^[a-z0-9_.]{1,100}$/.test(type)) return undefined;
  const object: Record<string, unknown> = Object.fromEntries(Object.entries(thing).filter(([name]) => kept.has(name)));
  const error = thing['last_payment_error'];
  if (isObject(error)) object['last_payment_error'] = { code: error['code'], decline_code: error['decline_code'] };
  return { id, type, stored: Buffer.from(JSON.stringify({ id, type, created, data: { object } })) };
}

/** Reads what {@link storedEvent} kept. */
export function readStripeMessage(stored: Buffer, watch: VendorWatch): ProviderFact {
  const { type, data } = parseObject(stored.toString('utf8')) ?? {};
  const thing = isObject(data) && isObject(data['object']) ? data['object'] : {};
  try {
    return readEvent(String(type), thing);
  } catch (error) {
    if (!(error instanceof UnmappedByStripe)) throw error;
    watch.unmapped({ vendor: 'stripe', where: 'report', code: error.code });
    return { fact: 'unmapped', code: error.code };
  }
}
