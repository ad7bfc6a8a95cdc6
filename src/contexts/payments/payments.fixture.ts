import { createHmac } from 'node:crypto';
import type { Schema } from '../../contract/handlers.ts';
import { statement } from '../../database/transaction.ts';
import type { CaptureMode } from '../../ports/payments.ts';
import type { SandboxBehaviour } from '../../ports/sandbox-payments.ts';
import type { Subscribers } from '../../jobs/events.ts';
import { defineJob } from '../../jobs/queue.ts';
import { newId } from '../../shared/id.ts';
import { deriveKey } from '../../shared/keys.ts';
import { createApiCaller, succeed } from '../../testing/api-caller.ts';
import type { ApiAnswer, CallApi } from '../../testing/api-caller.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';

export interface MadePayment {
  readonly paymentId: string;
  readonly subjectId: string;
}

/** A buyer, the staff, and the sandbox provider on a database of its own. */
export interface PaymentsFixture {
  readonly portico: TestPortico;
  readonly customerId: string;
  readonly buyer: CallApi;
  readonly staff: CallApi;
  request(options?: {
    readonly amount?: number;
    readonly currency?: string;
    readonly captureMode?: CaptureMode;
  }): Promise<MadePayment>;
  start(paymentId: string, behaviour?: SandboxBehaviour): Promise<ApiAnswer<Schema<'PaymentAttempt'>>>;
  /** Starts an attempt, runs what is due and gives the payment as it is then. */
  pay(paymentId: string, behaviour?: SandboxBehaviour): Promise<Schema<'Payment'>>;
  /** A payment that is paid, or authorised. */
  paid(options?: {
    readonly amount?: number;
    readonly behaviour?: SandboxBehaviour;
    readonly captureMode?: CaptureMode;
  }): Promise<Schema<'Payment'>>;
  read(paymentId: string): Promise<Schema<'Payment'>>;
  /** Runs every job and delivers every message, whenever they are due. */
  runEverything(): Promise<void>;
  /** What was told of a payment, the oldest first. */
  events(
    paymentId: string,
  ): Promise<readonly { readonly name: string; readonly code: string | null; readonly amount: number }[]>;
  /** The header by which the sandbox provider proves a message. */
  sign(body: string, at: Date): string;
  /** How often the sandbox was asked under a key. */
  calls(operation: string, key: string): Promise<number>;
  /** What accounts come to over the postings of this payment's facts, without those that are 0. */
  books(paymentId: string): Promise<Readonly<Record<string, number>>>;
  /** Postings that do not sum to zero, and payments whose sums are not those of their attempts. */
  faults(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const hastenJobs = statement('', 'update graphile_worker._private_jobs set run_at = now() where run_at > now()');
const hastenEvents = statement('', 'update payments.sandbox_events set due_at = now() where delivered_at is null');
const waitingStatement = statement<{ waiting: boolean }>(
  '',
  `select exists (select from payments.sandbox_events where delivered_at is null) as waiting`,
);
const callsStatement = statement<{ calls: number }>(
  '',
  'select calls from payments.sandbox_calls where operation = $1 and key = $2',
);
const booksStatement = statement<{ account: string; amount: string }>(
  '',
  `select e.account, sum(e.amount_minor)::text as amount from payments.entries as e
   join payments.postings as p on p.id = e.posting_id
   where p.ref_id in (
     select s.provider || ':' || s.provider_transaction_id from payments.settlements as s where s.payment_id = $1
     union all select m.id::text from payments.movements as m where m.payment_id = $1
     union all select d.provider || ':' || d.provider_ref from payments.disputes as d where d.payment_id = $1)
   group by e.account having sum(e.amount_minor) <> 0`,
);
const faultsStatement = statement<{ fault: string }>(
  '',
  `select 'posting ' || posting_id as fault from payments.entries group by posting_id having sum(amount_minor) <> 0
   union all
   select 'payment ' || p.id from payments.payments as p
   where (p.authorised_minor::numeric, p.captured_minor::numeric, p.capture_pending_minor::numeric, p.refunded_minor::numeric, p.refund_pending_minor::numeric) is distinct from
     (select row (coalesce(sum(authorised_minor), 0), coalesce(sum(captured_minor), 0), coalesce(sum(capture_pending_minor), 0),
        coalesce(sum(refunded_minor), 0), coalesce(sum(refund_pending_minor), 0))
      from payments.attempts as a where a.payment_id = p.id)`,
);
/** Told facts wait as jobs that nobody runs, in the order in which they were told. */
const eventsStatement = statement<{ name: string; code: string | null; amount: number }>(
  '',
  `select substr(t.identifier, 7) as name, j.payload #>> '{payload,code}' as code,
     (j.payload #>> '{payload,amount}')::bigint as amount
   from graphile_worker._private_jobs as j join graphile_worker._private_tasks as t on t.id = j.task_id
   where t.identifier like 'heard %' and j.payload #>> '{payload,paymentId}' = $1::text order by j.id`,
);
const facts = ['captured', 'declined', 'refunded', 'refund_failed', 'voided', 'disputed', 'flagged'] as const;
const heard: Subscribers = Object.fromEntries(
  facts.map((fact) => [`payment.${fact}`, [defineJob<object>(`heard ${fact}`)]]),
);

/** What `startPortico` derives for the sandbox from its secret. */
const sandboxSecret = deriveKey('a secret that only tests may know, 32+', 'sandbox payments').toString('hex');

export async function createPaymentsFixture(): Promise<PaymentsFixture> {
  const portico = await startPortico();
  const customerId = newId();
  const buyer = createApiCaller(portico, portico.tokenFor({ userId: customerId }));
  const staff = createApiCaller(portico, portico.tokenFor('staff'));
  let made = 100_000;
  Object.assign(portico.portico.payments.subscriptions, heard);
  const fixture: PaymentsFixture = {
    ...{ portico, customerId, buyer, staff },
    async request({ amount = 10_000, currency = 'EUR', captureMode = 'automatic' } = {}) {
      const subjectId = newId();
      const { paymentId } = await portico.database.transaction((tx) =>
        portico.portico.payments.requestPayment(tx, {
          subject: { kind: 'order', id: subjectId },
          customerId,
          reference: String((made += 1)),
          amount: { amount: BigInt(amount), currency },
          description: `Order ${made}`,
          captureMode,
        }),
      );
      return { paymentId, subjectId };
    },
    start: (paymentId, behaviour = 'ok') =>
      buyer('POST', `/api/v1/payments/${paymentId}/attempts`, { methodToken: `sandbox-${behaviour}` }),
    async pay(paymentId, behaviour) {
      await succeed(fixture.start(paymentId, behaviour));
      await portico.runJobs();
      return fixture.read(paymentId);
    },
    async paid({ behaviour = 'ok', ...options } = {}) {
      const { paymentId } = await fixture.request(options);
      return fixture.pay(paymentId, behaviour);
    },
    read: (paymentId) => succeed(staff<Schema<'Payment'>>('GET', `/api/v1/payments/${paymentId}`)),
    async runEverything() {
      for (let waiting = true; waiting;) {
        await portico.owner.query(hastenEvents);
        await portico.owner.query(hastenJobs);
        await portico.runJobs();
        waiting = (await portico.owner.query(waitingStatement))[0]?.waiting ?? false;
      }
    },
    sign: (body, at) => {
      const t = Math.floor(at.getTime() / 1000);
      return `t=${t},v1=${createHmac('sha256', sandboxSecret).update(`${t}.${body}`).digest('hex')}`;
    },
    events: (paymentId) => portico.owner.query(eventsStatement, [paymentId]),
    calls: async (operation, key) => (await portico.owner.query(callsStatement, [operation, key]))[0]?.calls ?? 0,
    async books(paymentId) {
      const rows = await portico.owner.query(booksStatement, [paymentId]);
      return Object.fromEntries(rows.map(({ account, amount }) => [account, Number(amount)]));
    },
    faults: async () => (await portico.owner.query(faultsStatement)).map(({ fault }) => fault),
    close: () => portico.close(),
  };
  return fixture;
}
