import { applicationRole, connect } from '../../../database/connect.ts';
import { systemClock as clock } from '../../../shared/clock.ts';
import { importProducts } from './import-products.ts';

// A worker as a process of its own, for tests that kill it: `node import-process.fixture.ts <database url> <import>`.
const [url = '', importId = ''] = process.argv.slice(2);
const worker = connect({ url, name: 'importing', size: 2, statementTimeout: 30_000, role: applicationRole });
await importProducts({ worker, clock }, { importId }, { signal: new AbortController().signal });
await worker.close();
