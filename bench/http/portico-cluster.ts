/** Portico in `BENCH_PROCESSES` processes below the supervisor of `portico api --processes`, each a ./portico-sibling.ts. */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ToSibling, ToSupervisor } from '../../src/cluster/messages.ts';
import { createSupervisor } from '../../src/cluster/supervisor.ts';
import { createLogger } from '../../src/telemetry/logs.ts';
import { createContractFolder } from './contract.ts';
import { ownCpu, tell } from './peer.ts';
import { signToken } from './platform.ts';

const folder = await createContractFolder();
cluster.setupPrimary({ exec: fileURLToPath(new URL('portico-sibling.ts', import.meta.url)) });
process.env['BENCH_FOLDER'] = folder;
const supervisor = createSupervisor({
  processes: Number(process.env['BENCH_PROCESSES']),
  databases: { primary: undefined, worker: undefined } as never, // no sibling opens one
  log: createLogger({ level: 'warn' }),
  stopLimit: 1_000,
});
process.on('exit', () => {
  supervisor.kill();
  rmSync(folder, { recursive: true, force: true });
});
process.on('disconnect', () => process.exit());
process.on('message', () => void sumUp());
const started = await supervisor.start();
if (!('addresses' in started)) throw new Error('no process of the cluster could start');
tell({ url: started.addresses.url ?? '', token: signToken(folder) });

async function sumUp(): Promise<void> {
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  tell({ cpuMicroseconds: [ownCpu(), ...(await Promise.all(workers.map(cpuOf)))] });
}

/** Asks for the sibling's metrics, of which it has one: see ./portico-sibling.ts. The supervisor asks with positive ids. */
async function cpuOf(worker: Worker): Promise<number> {
  const answered = Promise.withResolvers<number>();
  const hear = (message: ToSupervisor): void => {
    if (message.kind === 'collected' && message.id < 0) answered.resolve(message.snapshot[0]?.values[0]?.value ?? 0);
  };
  worker.on('message', hear);
  worker.send({ kind: 'collect', id: -1 } satisfies ToSibling);
  const used = await answered.promise;
  worker.off('message', hear);
  return used;
}
