import { AggregatorRegistry } from 'prom-client';
import type { Registry } from 'prom-client';
import type { MetricSnapshot } from './messages.ts';

/** Adds up the metrics of siblings, the dead included. */
export interface SummedMetrics {
  /** Takes what a sibling counts now. */
  keep(sibling: number, snapshot: MetricSnapshot): void;
  /** The sibling is gone: what it counted stays in the sum, what it measured does not. */
  bury(sibling: number): void;
  /** The text form for Prometheus. */
  text(): Promise<string>;
}

/**
 * Counters and histograms are sums, of dead siblings as well as far as their figures are known: a sum that fell would look
 * like a restart to Prometheus, and everything would be counted a second time. Gauges are of the living, each combined as
 * its `aggregator` says.
 */
export function createSummedMetrics(): SummedMetrics {
  const living = new Map<number, MetricSnapshot>();
  let dead: Promise<MetricSnapshot> = Promise.resolve([]);
  return {
    keep: (sibling, snapshot) => void living.set(sibling, snapshot),
    bury(sibling) {
      const counted = (living.get(sibling) ?? []).filter(({ type }) => summed.has(String(type)));
      living.delete(sibling);
      dead = dead.then((before) => add([before, counted]).getMetricsAsJSON());
    },
    text: async () => add([...living.values(), await dead]).metrics(),
  };
}

const summed = new Set(['counter', 'histogram']);

function add(snapshots: readonly MetricSnapshot[]): Registry {
  return AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
}
