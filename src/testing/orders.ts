import { statement } from '../database/transaction.ts';
import type { Database } from '../database/transaction.ts';

// What tests of orders do to other contexts that no API does: let time pass, and look at rows as they are.

const lapseStatement = statement(
  'test.lapse_stock',
  `update catalog.reservations set expires_at = clock_timestamp() where order_id = $1 and state = 'held'`,
);

/** Lets what an order holds expire now. */
export async function lapseStock(owner: Database, orderId: string): Promise<void> {
  await owner.query(lapseStatement, [orderId]);
}

const stockStatement = statement<{ onHand: number; reserved: number }>(
  'test.read_stock',
  `select sum(on_hand)::int as "onHand", sum(reserved)::int as reserved from catalog.stock_levels where variant_id = $1`,
);

/** How much there is of a variant everywhere, as its rows say. */
export async function stockOf(
  owner: Database,
  variantId: string,
): Promise<{ readonly onHand: number; readonly reserved: number }> {
  const [row] = await owner.query(stockStatement, [variantId]);
  return row ?? { onHand: 0, reserved: 0 };
}

const hastenMessages = statement(
  'test.hasten_payment_messages',
  'update payments.sandbox_events set due_at = now() where delivered_at is null',
);
const hastenJobs = statement(
  'test.hasten_jobs',
  'update graphile_worker._private_jobs set run_at = now() where run_at > now() and locked_at is null',
);
const waiting = statement<{ waiting: boolean }>(
  'test.payment_messages_wait',
  'select exists (select from payments.sandbox_events where delivered_at is null) as waiting',
);

/** Makes every job and every message of the sandbox provider due. @returns whether messages wait */
export async function hastenPayments(owner: Database): Promise<boolean> {
  await owner.query(hastenMessages);
  await owner.query(hastenJobs);
  return (await owner.query(waiting))[0]?.waiting ?? false;
}

const mailsStatement = statement<{ key: string; subject: string }>(
  'test.list_order_mails',
  `select dedupe_key as key, subject from notifications.messages where dedupe_key like 'order:' || $1 || ':%' order by created_at`,
);

/** The mails about an order, the first first. */
export function mailsOf(owner: Database, orderId: string): Promise<{ key: string; subject: string }[]> {
  return owner.query(mailsStatement, [orderId]);
}

const auditStatement = statement<{ action: string; changes: unknown }>(
  'test.list_order_audit',
  `select action, changes from platform.audit_entries where resource_type = 'order' and resource_id = $1 order by occurred_at`,
);

/** What the audit log says of an order. */
export function auditOf(owner: Database, orderId: string): Promise<{ action: string; changes: unknown }[]> {
  return owner.query(auditStatement, [orderId]);
}
