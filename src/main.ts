import type { Command } from './commands/command.ts';
import { StartupError } from './shared/startup-error.ts';

/** The words of the command line. Loaded when used, so that `--help` and clients do not load a server. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.ts')).startCommand,
  api: async () => (await import('./commands/api.ts')).apiCommand,
  worker: async () => (await import('./commands/worker.ts')).workerCommand,
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand,
  import: async () => (await import('./commands/import.ts')).importCommand,
  sample: async () => (await import('./commands/sample.ts')).sampleCommand,
  seed: async () => (await import('./commands/seed.ts')).seedCommand,
  rollups: async () => (await import('./commands/rollups.ts')).rollupsCommand,
  balances: async () => (await import('./commands/balances.ts')).balancesCommand,
  orders: async () => (await import('./commands/orders.ts')).ordersCommand,
  stock: async () => (await import('./commands/stock.ts')).stockCommand,
  keys: async () => (await import('./commands/keys.ts')).keysCommand,
};

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === '' || name === '--help' || name === '-h' || name === 'help') {
    await printOverview();
    return name === '' ? 2 : 0;
  }
  const load = commands[name];
  if (load === undefined) {
    console.error(`Portico has no command "${name}". The commands are: ${Object.keys(commands).join(', ')}.`);
    return 2;
  }
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.usage);
    return 0;
  }
  return command.run(args);
}

async function printOverview(): Promise<void> {
  console.log('Usage: portico <command> [options]\n');
  for (const load of Object.values(commands)) {
    const { name, summary } = await load();
    console.log(`  ${name.padEnd(10)} ${summary}`);
  }
  console.log('\nportico <command> --help tells more. Settings come from the environment: docs/configuration.md.');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // What a sentence explains gets one; anything else is a defect and shows its stack.
  console.error(error instanceof StartupError ? error.message : error);
  process.exitCode = error instanceof StartupError ? error.exitCode : 1;
}

// Nothing is left to do. What still keeps the process alive by then is a leak, and nobody should have to kill it.
setTimeout(() => process.exit(), 5_000).unref();
