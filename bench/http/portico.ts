/** Portico in one process. `BENCH_TRACES` is an OTLP address for 5 % of traces. */
import { rmSync } from 'node:fs';

import { createContractFolder } from './contract.ts';
import { announce } from './peer.ts';
import { signToken, startPlatform } from './platform.ts';

const folder = await createContractFolder();
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
announce(await startPlatform({ folder, traces: process.env['BENCH_TRACES'] }), signToken(folder));
