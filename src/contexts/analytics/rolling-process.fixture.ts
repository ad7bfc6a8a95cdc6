import { applicationRole, connect } from '../../database/connect.ts';
import { analyticsOn } from './analytics.fixture.ts';
import { rollUpFacts } from './roll-up-facts.ts';

// A roller as a process of its own, for tests that kill it: `node rolling-process.fixture.ts <database url>`. Rolls up without
// a pause, in small slices, and prints a line for each.
const [url = ''] = process.argv.slice(2);
const database = connect({ url, name: 'rolling', size: 2, statementTimeout: 30_000, role: applicationRole });
const dependencies = analyticsOn(database);
for (;;) {
  await rollUpFacts(dependencies, { slice: 20 });
  console.log('rolled');
}
