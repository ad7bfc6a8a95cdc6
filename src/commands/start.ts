import { refuseArguments } from './command.ts';
import type { Command } from './command.ts';
import { serve } from './serve.ts';

export const startCommand: Command = {
  name: 'start',
  summary: 'everything in one process: PostgreSQL, migrations, demo data, API, jobs',
  usage: `portico start

Starts the embedded PostgreSQL (or uses DATABASE_URL), migrates it, loads demo data into the embedded one, serves the API
and runs jobs. Ctrl-C stops it cleanly; the data stay in .portico/ for the next start.`,
  run(args) {
    refuseArguments('start', args);
    return serve({ api: true, jobs: true, migrate: true });
  },
};
