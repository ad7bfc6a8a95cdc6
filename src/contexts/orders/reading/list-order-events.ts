import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { listEventsBefore } from '../stream/event-store.ts';
import type { OrderEvent } from '../stream/order-event.ts';

export interface ListOrderEvents {
  readonly orderId: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** What happened to an order that the caller may see, the newest first. @throws Problem 400 `invalid-cursor` */
export async function listOrderEvents(
  { primary, cursors }: Pick<OrdersDependencies, 'primary' | 'cursors'>,
  { orderId, limit, cursor }: ListOrderEvents,
): Promise<Page<OrderEvent>> {
  const scope = { operation: 'listOrderEvents', filters: { orderId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const before = after === undefined ? undefined : Number(after.key);
  const events = await listEventsBefore(primary, { orderId, before, limit: limit + 1 });
  return pageOf(events, limit, ({ version, id }) => cursors.encode(scope, { key: String(version), id }));
}
