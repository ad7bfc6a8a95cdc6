import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { SandboxBehaviour, SandboxChannel } from './sandbox-behaviour.ts';

const behaviourColumns = `channel, fail_rate as "failRate", reject_rate as "rejectRate", lose_answer_rate as "loseAnswerRate",
  undelivered_rate as "undeliveredRate", lose_report_rate as "loseReportRate",
  send_delay_milliseconds as "sendDelayMilliseconds", report_delay_milliseconds as "reportDelayMilliseconds", version`;

const findBehaviour = statement<SandboxBehaviour>(
  'platform.find_sandbox_behaviour',
  `select ${behaviourColumns} from platform.sandbox_behaviours where channel = $1`,
);

export async function readBehaviour(queryable: Queryable, channel: SandboxChannel): Promise<SandboxBehaviour> {
  const [behaviour] = await queryable.query(findBehaviour, [channel]);
  if (behaviour === undefined) throw new Error(`The sandbox behaviour of ${channel} is missing: run the migrations.`);
  return behaviour;
}

const updateBehaviour = statement<SandboxBehaviour>(
  'platform.update_sandbox_behaviour',
  `update platform.sandbox_behaviours
   set fail_rate = $3, reject_rate = $4, lose_answer_rate = $5, undelivered_rate = $6, lose_report_rate = $7,
     send_delay_milliseconds = $8, report_delay_milliseconds = $9, version = version + 1
   where channel = $1 and version = $2
   returning ${behaviourColumns}`,
);

/** @returns undefined when it is not in that version (any more) */
export async function writeBehaviour(
  queryable: Queryable,
  behaviour: SandboxBehaviour,
): Promise<SandboxBehaviour | undefined> {
  const rows = await queryable.query(updateBehaviour, [
    behaviour.channel,
    behaviour.version,
    behaviour.failRate,
    behaviour.rejectRate,
    behaviour.loseAnswerRate,
    behaviour.undeliveredRate,
    behaviour.loseReportRate,
    behaviour.sendDelayMilliseconds,
    behaviour.reportDelayMilliseconds,
  ]);
  return rows[0];
}

export interface StoredDelivery {
  readonly id: string;
  readonly channel: SandboxChannel;
  readonly reference: string;
  readonly address: string;
  readonly subject: string | null;
  readonly body: string;
  readonly report: 'delivered' | 'undelivered' | null;
  readonly reportAt: Date | null;
}

const insert = statement(
  'platform.insert_sandbox_messages',
  `insert into platform.sandbox_messages (id, channel, reference, address, subject, body, report, report_at, created_at)
   select d.id, d.channel, d.reference, d.address, d.subject, d.body, d.report, d.report_at, $9::timestamptz
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
     as d (id, channel, reference, address, subject, body, report, report_at)
   on conflict (channel, reference) do nothing`,
);

/** Stores each message once per reference; what was planned for it the first time stays. */
export async function insertDeliveries(
  queryable: Queryable,
  deliveries: readonly StoredDelivery[],
  now: Date,
): Promise<void> {
  const sorted = [...deliveries].sort((a, b) => (a.reference < b.reference ? -1 : 1));
  await queryable.query(insert, [
    sorted.map((delivery) => delivery.id),
    sorted.map((delivery) => delivery.channel),
    sorted.map((delivery) => delivery.reference),
    sorted.map((delivery) => delivery.address),
    sorted.map((delivery) => delivery.subject),
    sorted.map((delivery) => delivery.body),
    sorted.map((delivery) => delivery.report),
    sorted.map((delivery) => delivery.reportAt),
    now,
  ]);
}

export interface DueReport {
  readonly id: string;
  readonly reference: string;
  readonly report: 'delivered' | 'undelivered';
  /** When the vendor found out: what the report says, however late it is sent. */
  readonly plannedAt: Date;
}

const claimReports = statement<DueReport>(
  'platform.claim_sandbox_reports',
  `with due as materialized (
     select id, report_at from platform.sandbox_messages
     where report_at <= $1 order by report_at limit $3 for update skip locked)
   update platform.sandbox_messages m set report_at = $2 from due where m.id = due.id
   returning m.id, m.reference, m.report, due.report_at as "plannedAt"`,
);

/** Takes due reports for one process until `retryAt`: after that, whoever looks sends them (again). */
export function claimDueReports(
  queryable: Queryable,
  options: { readonly now: Date; readonly retryAt: Date; readonly limit: number },
): Promise<DueReport[]> {
  return queryable.query(claimReports, [options.now, options.retryAt, options.limit]);
}

const finishReports = statement(
  'platform.finish_sandbox_reports',
  `update platform.sandbox_messages set report_at = null, reported_at = $2 where id = any ($1) and report_at is not null`,
);

export async function markReported(queryable: Queryable, ids: readonly string[], now: Date): Promise<void> {
  await queryable.query(finishReports, [ids, now]);
}
