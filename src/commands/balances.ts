import { refuseArguments } from './command.ts';
import type { Command } from './command.ts';
import { tellDifferences } from './tell-differences.ts';
import { withPortico } from './with-portico.ts';

export const balancesCommand: Command = {
  name: 'balances',
  summary: 'recompute the balances and debts of all teams from their entries, and compare',
  usage: `portico balances

Recomputes every balance of every team, and who owes whom, from the legs of entries, and tells which differ from what is kept.
Changes nothing; exit code 1 when any differs. Writers may run meanwhile.`,
  async run(args) {
    refuseArguments('balances', args);
    return withPortico(async ({ teams }) => {
      const { balances, differences } = await teams.compareBalances();
      tell(
        `${balances.toLocaleString('en')} balances`,
        differences.map((each) => ({ ...each, whose: `of member ${each.memberId}` })),
      );
      const { debts, differences: wrongDebts } = await teams.compareDebts();
      tell(
        `${debts.toLocaleString('en')} debts`,
        wrongDebts.map((each) => ({ ...each, whose: `that member ${each.oneId} owes ${each.otherId}` })),
      );
      return differences.length + wrongDebts.length === 0 ? 0 : 1;
    });
  },
};

interface Difference {
  readonly teamId: string;
  readonly currency: string;
  readonly whose: string;
  readonly expected: string;
  readonly actual: string;
}

function tell(what: string, differences: readonly Difference[]): void {
  tellDifferences(
    differences.map(
      ({ teamId, currency, whose, expected, actual }) =>
        `${currency} ${whose} in team ${teamId}: legs come to ${expected}, kept is ${actual}`,
    ),
  );
  const verdict = differences.length === 0 ? 'none differs' : `${differences.length} differ`;
  console.log(`Recomputed ${what}: ${verdict}.`);
}
