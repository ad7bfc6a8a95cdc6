/** The thread of `planBeside`: makes one plan and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { planTransfers } from './plan-transfers.ts';
import type { Net } from './plan-transfers.ts';

parentPort?.postMessage(planTransfers(workerData as readonly Net[]));
