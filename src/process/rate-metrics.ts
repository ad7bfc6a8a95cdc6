import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { RatesObserver } from '../contexts/exchange-rates/index.ts';

/** What becomes of exchange rates, as metrics. */
export function createRateMetrics(registry: Registry): RatesObserver {
  const registers = [registry];
  const fetches = new Counter({
    name: 'portico_exchange_rate_fetches_total',
    help: 'Questions to providers of exchange rates, by what came of them.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const asOf = new Gauge({
    name: 'portico_exchange_rates_as_of_timestamp_seconds',
    help: 'The day of the newest exchange rates, in Unix time; 0 before there are any.',
    aggregator: 'max',
    registers,
  });
  const quarantined = new Gauge({
    name: 'portico_exchange_rates_quarantined',
    help: 'Exchange rates that moved too far and wait for a person.',
    aggregator: 'max',
    registers,
  });
  return {
    fetched: ({ provider, outcome }) => fetches.inc({ provider, outcome }),
    looked: (found) => {
      asOf.set(found.asOf === null ? 0 : Date.parse(found.asOf) / 1_000);
      quarantined.set(found.quarantined);
    },
  };
}
