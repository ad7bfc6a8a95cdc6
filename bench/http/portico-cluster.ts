/** Portico in `BENCH_PROCESSES` processes that share one port, each a whole ./portico.ts. */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createContractFolder } from './contract.ts';
import { ownCpu, tell } from './peer.ts';
import type { FromPeer } from './peer.ts';

const folder = await createContractFolder();
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
cluster.setupPrimary({ exec: fileURLToPath(new URL('portico.ts', import.meta.url)) });
const workers = Array.from({ length: Number(process.env['BENCH_PROCESSES']) }, () =>
  cluster.fork({ BENCH_FOLDER: folder }),
);
const [first] = await Promise.all(workers.map(hear));
process.on('disconnect', () => process.exit());
process.on('message', () => void sumUp());
if (first !== undefined) tell(first);

async function sumUp(): Promise<void> {
  const answers = await Promise.all(
    workers.map((worker) => {
      worker.send('cpu');
      return hear(worker);
    }),
  );
  const used = answers.flatMap((answer) => ('cpuMicroseconds' in answer ? answer.cpuMicroseconds : []));
  tell({ cpuMicroseconds: [ownCpu(), ...used] });
}

async function hear(worker: Worker): Promise<FromPeer> {
  const [message] = (await once(worker, 'message')) as [FromPeer];
  return message;
}
