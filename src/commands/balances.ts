import { compose } from '../compose.ts';
import { readConfig } from '../config.ts';
import { openDatabases } from '../database/open.ts';
import { createLogger } from '../telemetry/logs.ts';
import { refuseArguments } from './command.ts';
import type { Command } from './command.ts';

const SHOWN = 20;

export const balancesCommand: Command = {
  name: 'balances',
  summary: 'recompute the balances of all teams from their entries, and compare',
  usage: `portico balances

Recomputes every balance of every team from the legs of its entries, in one snapshot, and tells which differ from what is kept.
Changes nothing; exit code 1 when any differs. Writers may run meanwhile.`,
  async run(args) {
    refuseArguments('balances', args);
    const config = readConfig(process.env);
    const databases = await openDatabases(config);
    const portico = await compose({
      config,
      databases,
      log: createLogger({ level: config.logLevel }),
      api: false,
      jobs: false,
      demo: false,
    });
    try {
      const { balances, differences } = await portico.teams.compareBalances();
      for (const { teamId, currency, memberId, expected, actual } of differences.slice(0, SHOWN)) {
        console.log(`${currency} of member ${memberId} in team ${teamId}: legs come to ${expected}, kept is ${actual}`);
      }
      if (differences.length > SHOWN) console.log(`… and ${differences.length - SHOWN} more`);
      const verdict = differences.length === 0 ? 'none differs' : `${differences.length} differ`;
      console.log(`Recomputed ${balances.toLocaleString('en')} balances: ${verdict}.`);
      return differences.length === 0 ? 0 : 1;
    } finally {
      await portico.stop();
      await databases.close();
    }
  },
};
