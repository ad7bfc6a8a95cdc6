import { refuseArguments } from './command.ts';
import type { Command } from './command.ts';
import { tellDifferences } from './tell-differences.ts';
import { withPortico } from './with-portico.ts';

export const balancesCommand: Command = {
  name: 'balances',
  summary: 'recompute the balances of all teams from their entries, and compare',
  usage: `portico balances

Recomputes every balance of every team from the legs of its entries, in one snapshot, and tells which differ from what is kept.
Changes nothing; exit code 1 when any differs. Writers may run meanwhile.`,
  async run(args) {
    refuseArguments('balances', args);
    return withPortico(async ({ teams }) => {
      const { balances, differences } = await teams.compareBalances();
      tellDifferences(
        differences.map(
          ({ teamId, currency, memberId, expected, actual }) =>
            `${currency} of member ${memberId} in team ${teamId}: legs come to ${expected}, kept is ${actual}`,
        ),
      );
      const verdict = differences.length === 0 ? 'none differs' : `${differences.length} differ`;
      console.log(`Recomputed ${balances.toLocaleString('en')} balances: ${verdict}.`);
      return differences.length === 0 ? 0 : 1;
    });
  },
};
