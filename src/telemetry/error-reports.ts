import type { ErrorReport, ErrorTracker } from '../ports/error-tracker.ts';
import { correlation } from './correlation.ts';
import { maskText } from './redaction.ts';

/** Where an error happened, beyond what the running request or job is known by. */
export interface ErrorPlace {
  readonly operation?: string | undefined;
  readonly job?: string | undefined;
  readonly userId?: string | undefined;
  readonly fatal?: boolean;
}

/** Tells those who look after Portico of an error nobody expected. Returns at once and never throws. */
export type ReportError = (error: unknown, place: ErrorPlace) => void;

/** For whatever runs without a tracker. */
export const reportNothing: ReportError = () => undefined;

/** One and the same failure is told so often per minute, and all together so often: an outage must not use up the quota. */
const SAME_PER_MINUTE = 5;
const ALL_PER_MINUTE = 60;

export interface ErrorReportOptions {
  /** Told of each error: whether it went to the tracker or was one too many. */
  readonly observer?: (result: 'reported' | 'dropped') => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Makes reports of errors: masked, with the ids of the running request or job, and no more than a person can read. */
export function createErrorReports(tracker: ErrorTracker, options: ErrorReportOptions = {}): ReportError {
  const { observer, now = Date.now } = options;
  let minute = -1;
  let told = new Map<string, number>();
  let all = 0;

  function admits(key: string): boolean {
    const current = Math.floor(now() / 60_000);
    if (current !== minute) {
      minute = current;
      told = new Map();
      all = 0;
    }
    const same = (told.get(key) ?? 0) + 1;
    told.set(key, same);
    if (same > SAME_PER_MINUTE || all >= ALL_PER_MINUTE) return false;
    all += 1;
    return true;
  }

  return (error, place) => {
    const name = Error.isError(error) ? error.name : typeof error;
    const key = `${name} ${place.operation ?? place.job ?? ''}`;
    if (place.fatal !== true && !admits(key)) {
      observer?.('dropped');
      return;
    }
    tracker.report(describe(error, name, place, new Date(now())));
    observer?.('reported');
  };
}

function describe(error: unknown, name: string, place: ErrorPlace, at: Date): ErrorReport {
  const current = correlation();
  const message = Error.isError(error) ? error.message : String(error);
  return {
    at,
    name: name.slice(0, 200),
    message: maskText(message).slice(0, 1_000),
    stack: maskText(stackOf(error, 0)).slice(0, 10_000),
    fatal: place.fatal ?? false,
    operation: place.operation ?? null,
    job: place.job ?? null,
    requestId: current?.requestId ?? null,
    correlationId: current?.correlationId ?? null,
    traceparent: current?.traceparent ?? null,
    userId: place.userId ?? null,
  };
}

function stackOf(error: unknown, depth: number): string {
  if (!Error.isError(error)) return '';
  const stack = error.stack ?? '';
  if (error.cause === undefined || depth >= 3) return stack;
  return `${stack}\nCaused by: ${stackOf(error.cause, depth + 1)}`;
}
