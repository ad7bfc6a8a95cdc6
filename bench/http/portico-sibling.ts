/** One of the processes of ./portico-cluster.ts. Its only metric is the CPU time it has used, in microseconds. */
import { Gauge, Registry } from 'prom-client';

import { joinSupervisor } from '../../src/cluster/link.ts';
import { ownCpu } from './peer.ts';
import { startPlatform } from './platform.ts';

const registry = new Registry();
const used = new Gauge({ name: 'cpu_microseconds', help: 'CPU time used', registers: [registry] });
const link = await joinSupervisor();
link.shareMetrics(() => {
  used.set(ownCpu());
  return registry.getMetricsAsJSON();
});
const url = await startPlatform({ folder: process.env['BENCH_FOLDER'] ?? '', counters: link.counters });
link.listening({ url, health: url });
