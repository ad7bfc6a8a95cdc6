import { StartupError } from '../shared/startup-error.ts';
import type { Command } from './command.ts';
import { tellDifferences } from './tell-differences.ts';
import { withPortico } from './with-portico.ts';

export const ordersCommand: Command = {
  name: 'orders',
  summary: 'compare orders with their events',
  usage: `portico orders [--repair]

Makes every order anew from its events, and tells which differ from what is shown. Exit code 1 when any does, which only somebody
who wrote past Portico can have caused. Writers may run meanwhile.

--repair   Writes what the events say.`,
  async run(args) {
    if (args.length > 1 || (args[0] !== undefined && args[0] !== '--repair')) {
      throw new StartupError('Usage: portico orders [--repair]', { exitCode: 2 });
    }
    const repair = args.length > 0;
    return withPortico(async ({ orders: { compareOrders } }) => {
      const { orders, differing } = await compareOrders({ repair });
      tellDifferences(differing.map((id) => `order ${id} differs from its events`));
      const verdict = differing.length === 0 ? 'none differs' : `${differing.length} differed`;
      const repaired = repair && differing.length > 0 ? ', now repaired' : '';
      console.log(`Made ${orders.toLocaleString('en')} orders anew: ${verdict}${repaired}.`);
      return differing.length === 0 || repair ? 0 : 1;
    });
  },
};
