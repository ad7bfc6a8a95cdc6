import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Http } from '../http/create-http.ts';
import { jobStopMilliseconds } from '../jobs/runner.ts';
import type { Logger } from '../telemetry/logs.ts';

export interface StopStep {
  readonly name: string;
  run(): Promise<void> | void;
}

/** Runs the steps in order. One that fails (the database may be away) is logged and keeps none of the others from running. */
export async function runSteps(log: Logger, steps: readonly StopStep[]): Promise<void> {
  for (const { name, run } of steps) {
    try {
      await run();
    } catch (error) {
      log.warn({ error }, `stopping: ${name} did not end in order`);
    }
  }
}

/** Tells balancers to look elsewhere, gives them time to notice, then lets requests in progress end. */
export async function drainRequests(http: Http, config: Config): Promise<void> {
  http.drain();
  await pause(config.drainDelaySeconds * 1_000);
  await http.stop(config.drainSeconds * 1_000);
}

/** Telemetry and connections get this long, in milliseconds. */
const closing = 8_000;

/**
 * Milliseconds that a stop takes at most: requests and jobs end side by side, then everything is closed. Whoever runs
 * Portico must wait longer than this before killing it (`terminationGracePeriodSeconds`, `stop_grace_period`).
 */
export function stopLimit(config: Config): number {
  return Math.max((config.drainDelaySeconds + config.drainSeconds) * 1_000, jobStopMilliseconds) + closing;
}
