import { refuseArguments } from './command.ts';
import type { Command } from './command.ts';
import { tellDifferences } from './tell-differences.ts';
import { withPortico } from './with-portico.ts';

export const stockCommand: Command = {
  name: 'stock',
  summary: 'compare the stock with its movements and reservations',
  usage: `portico stock

Proves for every row of stock that what is on hand is the sum of its movements, and what is reserved the sum of what orders
hold. Exit code 1 when any differs, which only somebody who wrote past Portico can have caused. Writers may run meanwhile.`,
  async run(args) {
    refuseArguments('stock', args);
    return withPortico(async ({ catalog, pools }) => {
      const { levels, differences } = await catalog.findStockDifferences(pools.reporting);
      tellDifferences(
        differences.map(
          ({ variantId, locationId, onHand, moved, reserved, held }) =>
            `variant ${variantId} at ${locationId}: ${onHand} on hand, ${moved} moved; ${reserved} reserved, ${held} held`,
        ),
      );
      const verdict = differences.length === 0 ? 'none differs' : `${differences.length} differ`;
      console.log(`Compared ${levels.toLocaleString('en')} rows of stock: ${verdict}.`);
      return differences.length === 0 ? 0 : 1;
    });
  },
};
