import { applicationRole, connect } from '../../../database/connect.ts';
import type { NumberSource, OfferedFile } from '../../../ports/number-source.ts';
import { silentObserver } from '../dependencies.ts';
import { rewardsOn } from '../rewards.fixture.ts';
import { importBonusSource } from './import-bonus-source.ts';
import { oneFileSource } from './one-file-source.fixture.ts';

// One look at a file as a process of its own, for a test that kills it: `node importing-process.fixture.ts <database url>
// <file> <campaign> <step>`. Says so and stands still when it has come to the step.
const [url = '', file = '', campaignId = '', step = ''] = process.argv.slice(2);
const database = connect({ url, name: 'importing', size: 4, statementTimeout: 30_000, role: applicationRole });
const real = oneFileSource(file);

/** Blocks the whole process: nothing that it has begun goes on. */
function standStillAt(reached: string): void {
  if (reached !== step) return;
  console.log('reached');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

async function* stepping(offered: OfferedFile): AsyncGenerator<Uint8Array> {
  for await (const piece of offered.content()) {
    yield piece;
    standStillAt('reading');
  }
  standStillAt('read');
}

const source: NumberSource = {
  ...real,
  async poll(known, signal) {
    standStillAt('looking');
    const answer = await real.poll(known, signal);
    if (answer.outcome === 'unavailable') return answer;
    return { ...answer, files: answer.files.map((offered) => ({ ...offered, content: () => stepping(offered) })) };
  },
};

await importBonusSource(
  {
    ...rewardsOn(database),
    observer: { ...silentObserver, sourcePolled: () => standStillAt('committed') },
    sources: [{ name: 'branches', campaignId, source }],
  },
  { taken: 0 },
  { source: 'branches' },
  { signal: new AbortController().signal },
);
standStillAt('done');
