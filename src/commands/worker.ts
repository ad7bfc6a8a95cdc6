import { refuseArguments } from './command.ts';
import type { Command } from './command.ts';
import { serve } from './serve.ts';

export const workerCommand: Command = {
  name: 'worker',
  summary: 'run jobs only',
  usage: `portico worker

Runs jobs, JOB_CONCURRENCY at once, and answers /health/* and /metrics on WORKER_PORT. Run "portico migrate" first.`,
  run(args) {
    refuseArguments('worker', args);
    return serve({ api: false, jobs: true, migrate: false });
  },
};
