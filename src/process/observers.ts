import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Pool } from 'pg';
import type { AnalyticsObserver } from '../contexts/analytics/index.ts';
import type { RatesObserver } from '../contexts/exchange-rates/index.ts';
import type { SendingObserver } from '../contexts/notifications/index.ts';
import type { PaymentsObserver } from '../contexts/payments/index.ts';
import type { RewardsObserver } from '../contexts/rewards/index.ts';
import type { JobObserver } from '../jobs/run-task.ts';
import type { SendOutcome } from '../ports/send-outcome.ts';
import { createGameMetrics } from './game-metrics.ts';
import { createPaymentMetrics } from './payment-metrics.ts';
import { createRateMetrics } from './rate-metrics.ts';

/** Hears about every call to a vendor. */
export interface VendorObserver {
  /** The vendor is in use from now on: its series begin at zero. @param outcomes default: those of sending */
  begin(vendor: string, outcomes?: readonly string[]): void;
  called(vendor: string, outcome: string, milliseconds: number): void;
  circuitChanged(vendor: string, state: string, reason: string): void;
  /** A vendor spoke of what nobody mapped, or refuses this installation: a person must look. */
  alarmed(vendor: string, kind: 'unmapped' | 'misconfigured'): void;
}

const callOutcomes: readonly SendOutcome['outcome'][] = ['accepted', 'rejected', 'throttled', 'unavailable', 'unknown'];

/** What happens beside HTTP, as metrics. */
export interface Observers {
  readonly jobs: JobObserver;
  readonly sending: SendingObserver;
  readonly rewards: RewardsObserver;
  readonly analytics: AnalyticsObserver;
  readonly exchangeRates: RatesObserver;
  readonly payments: PaymentsObserver;
  readonly vendors: VendorObserver;
  readonly transactionRestarted: (sqlState: string) => void;
  readonly errors: { reported(result: 'reported' | 'dropped'): void };
}

export function createObservers(registry: Registry): Observers {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const jobs = new Histogram({
    name: 'portico_job_duration_seconds',
    help: 'Time of one run of a job, by how it ended.',
    labelNames: ['job', 'outcome'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120],
    registers,
  });
  const attempts = counter('portico_message_attempts_total', 'Messages handed to a provider, by what it said.', [
    'channel',
    'lane',
    'provider',
    'outcome',
  ]);
  const overBudget = counter('portico_messages_over_budget_total', 'Messages held back by a daily limit.', [
    'channel',
    'lane',
  ]);
  const reports = counter('portico_delivery_reports_total', 'Delivery reports taken in.', ['provider']);
  const numbers = counter('portico_bonus_numbers_total', 'Numbers of imports, by what became of them.', ['result']);
  const polls = counter(
    'portico_bonus_source_polls_total',
    'Looks at sources of numbers, and files of them, by outcome.',
    ['source', 'outcome'],
  );
  const differences = new Gauge({
    name: 'portico_ledger_differences',
    help: 'Wallets, grants and pools that the ledger does not agree with; anything but 0 is an alarm.',
    // Of several processes: whoever saw a difference, and whoever looked last.
    aggregator: 'max',
    registers,
  });
  const reconciled = new Gauge({
    name: 'portico_ledger_reconciled_timestamp_seconds',
    help: 'When the ledger was last compared with wallets and grants, in Unix time.',
    aggregator: 'max',
    registers,
  });
  const rollupDifferences = new Gauge({
    name: 'portico_rollup_differences',
    help: 'Figures of the last days that are not what the tables say; anything but 0 is an alarm.',
    aggregator: 'max',
    registers,
  });
  const rolledUp = new Gauge({
    name: 'portico_rollup_as_of_timestamp_seconds',
    help: 'Up to when the figures of the dashboard are whole, in Unix time.',
    aggregator: 'max',
    registers,
  });
  const calls = new Histogram({
    name: 'portico_vendor_call_duration_seconds',
    help: 'Calls to vendors, by outcome.',
    labelNames: ['vendor', 'outcome'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    registers,
  });
  const circuits = new Gauge({
    name: 'portico_circuit_open',
    help: '1 while calls to a vendor are refused because it failed too often.',
    aggregator: 'max',
    labelNames: ['vendor'],
    registers,
  });
  const alarms = counter('portico_vendor_alarms_total', 'What vendors said that needs a person.', ['vendor', 'kind']);
  const pushed = counter('portico_pushed_reports_total', 'Calls of delivery webhooks, by what they were worth.', [
    'provider',
    'verdict',
  ]);
  const lookups = counter('portico_delivery_lookups_total', 'Questions to vendors about messages, by their outcome.', [
    'provider',
    'outcome',
  ]);
  const restarts = counter('portico_transaction_restarts_total', 'Transactions begun again after losing a race.', [
    'sqlstate',
  ]);
  const unexpected = counter('portico_unexpected_errors_total', 'Errors nobody expected; dropped are repetitions.', [
    'result',
  ]);
  for (const result of ['reported', 'dropped']) unexpected.inc({ result }, 0);
  return {
    errors: { reported: (result) => unexpected.inc({ result }) },
    jobs: { finished: (job, outcome, seconds) => jobs.observe({ job, outcome }, seconds) },
    sending: {
      attempted: ({ lane, provider, outcome, count }) =>
        attempts.inc({ channel: lane.channel, lane: lane.name, provider, outcome }, count),
      overBudget: ({ lane, count }) => overBudget.inc({ channel: lane.channel, lane: lane.name }, count),
      reported: ({ provider, count }) => reports.inc({ provider }, count),
      pushed: ({ provider, verdict }) => pushed.inc({ provider, verdict }),
      lookedUp: ({ provider, outcome }) => lookups.inc({ provider, outcome }),
    },
    rewards: {
      chunkCredited: (chunk) => {
        for (const result of ['credited', 'pending', 'duplicate'] as const) numbers.inc({ result }, chunk[result]);
      },
      reconciled: (found) => {
        differences.set(found.differences);
        reconciled.setToCurrentTime();
      },
      sourcePolled: ({ source, outcome }) => polls.inc({ source, outcome }),
      ...createGameMetrics(registry),
    },
    analytics: {
      compared: (found) => rollupDifferences.set(found.differences),
      rolledUp: ({ asOf }) => rolledUp.set(asOf.getTime() / 1_000),
    },
    exchangeRates: createRateMetrics(registry),
    payments: createPaymentMetrics(registry),
    vendors: {
      begin(vendor, outcomes = callOutcomes) {
        circuits.set({ vendor }, 0);
        const name = vendor.slice(vendor.indexOf(':') + 1);
        for (const kind of ['unmapped', 'misconfigured']) alarms.inc({ vendor: name, kind }, 0);
        for (const outcome of outcomes) calls.zero({ vendor, outcome });
      },
      called: (vendor, outcome, milliseconds) => calls.observe({ vendor, outcome }, milliseconds / 1_000),
      alarmed: (vendor, kind) => alarms.inc({ vendor, kind }),
      circuitChanged: (vendor, state) => circuits.set({ vendor }, state === 'open' ? 1 : 0),
    },
    transactionRestarted: (sqlState) => restarts.inc({ sqlstate: sqlState }),
  };
}

/** Requests for a connection that wait now: the first sign of a pool that is too small or a database that is too slow. */
export function observePools(registry: Registry, pools: Readonly<Record<string, Pool>>): void {
  new Gauge({
    name: 'portico_pool_waiting',
    help: 'Requests that wait for a database connection.',
    labelNames: ['pool'],
    registers: [registry],
    collect() {
      for (const [pool, { waitingCount }] of Object.entries(pools)) this.set({ pool }, waitingCount);
    },
  });
}
