/** The seeded defects as one part of the contract tests' verdict. */
import globalSetup from '../../src/testing/global-setup.ts';
import globalTeardown from '../../src/testing/global-teardown.ts';
import { people } from '../portico-process.ts';
import type { PorticoProcess } from '../portico-process.ts';
import type { Verdict } from '../schemathesis.ts';
import type { Defect } from './defect.ts';
import { inWords, tryDefects } from './try-defects.ts';

/** One test per defect: the check that is named for it caught it; and one per control. Prints the table. */
export async function proveDefects(chosen: readonly Defect[], portico: PorticoProcess): Promise<Verdict> {
  // One PostgreSQL for all walks, not one for each run of Jest.
  await globalSetup();
  try {
    const trials = await tryDefects(chosen, {
      ...{ porticoUrl: portico.url, environment: people(portico.url) },
      folder: `${portico.folder}/defects`,
    });
    console.log('');
    for (const trial of trials) console.log(inWords(trial));
    const failures = trials.filter(({ caught }) => !caught).map(inWords);
    const controls = trials.filter(({ defect }) => defect === 'none').length;
    return {
      passed: trials.length - failures.length,
      failures,
      summary: `${chosen.length} defects switched on one at a time, ${controls} controls without any`,
    };
  } finally {
    await globalTeardown();
  }
}
