import { StartupError } from '../shared/startup-error.ts';
import type { Command } from './command.ts';
import { tellDifferences } from './tell-differences.ts';
import { withPortico } from './with-portico.ts';

export const rollupsCommand: Command = {
  name: 'rollups',
  summary: 'compare the figures of the dashboard with the tables',
  usage: `portico rollups [--repair]

Counts everything anew from the ledger, the imports and the messages, a week at a time, and tells which figures differ. Exit
code 1 when any does. Writers and workers may run meanwhile.

--repair   Adds what is lacking as facts; the roller of the workers carries it into the figures within seconds. Needed once
           after an upgrade from a version without a dashboard, and after a logical restore (docs/operations.md).`,
  async run(args) {
    if (args.length > 1 || (args[0] !== undefined && args[0] !== '--repair')) {
      throw new StartupError('Usage: portico rollups [--repair]', { exitCode: 2 });
    }
    const repair = args.length > 0;
    return withPortico(async ({ analytics }) => {
      const { cells, differing, differences, sums } = await analytics.compareRollups({ repair });
      tellDifferences(
        differences.map(
          ({ metric, subject, dimension, bucket, n, amount }) =>
            `${metric} ${dimension} of ${subject} at ${bucket.toISOString()}: lacks ${n} (${amount})`,
        ),
        differing,
      );
      const wrong = differing + sums.length;
      const verdict = wrong === 0 ? 'none differs' : `${wrong} differed`;
      console.log(
        `Counted ${cells.toLocaleString('en')} cells: ${verdict}${repair && wrong > 0 ? ', now repaired' : ''}.`,
      );
      return wrong === 0 || repair ? 0 : 1;
    });
  },
};
