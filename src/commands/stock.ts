import { compose } from '../compose.ts';
import { readConfig } from '../config.ts';
import { openDatabases } from '../database/open.ts';
import { createLogger } from '../telemetry/logs.ts';
import { refuseArguments } from './command.ts';
import type { Command } from './command.ts';

const SHOWN = 20;

export const stockCommand: Command = {
  name: 'stock',
  summary: 'compare the stock with its movements and reservations',
  usage: `portico stock

Proves for every row of stock that what is on hand is the sum of its movements, and what is reserved the sum of what orders
hold. Exit code 1 when any differs, which only somebody who wrote past Portico can have caused. Writers may run meanwhile.`,
  async run(args) {
    refuseArguments('stock', args);
    const config = readConfig(process.env);
    const databases = await openDatabases(config);
    const log = createLogger({ level: config.logLevel });
    const portico = await compose({ config, databases, log, api: false, jobs: false, demo: false });
    try {
      const { levels, differences } = await portico.catalog.findStockDifferences(portico.pools.reporting);
      for (const { variantId, locationId, onHand, moved, reserved, held } of differences.slice(0, SHOWN)) {
        console.log(
          `variant ${variantId} at ${locationId}: ${onHand} on hand, ${moved} moved; ${reserved} reserved, ${held} held`,
        );
      }
      if (differences.length > SHOWN) console.log(`… and ${differences.length - SHOWN} more`);
      const verdict = differences.length === 0 ? 'none differs' : `${differences.length} differ`;
      console.log(`Compared ${levels.toLocaleString('en')} rows of stock: ${verdict}.`);
      return differences.length === 0 ? 0 : 1;
    } finally {
      await portico.stop();
      await databases.close();
    }
  },
};
