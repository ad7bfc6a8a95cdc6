import { createSandboxErrorTracker } from '../adapters/error-tracker/sandbox.ts';
import { createSentryErrorTracker } from '../adapters/error-tracker/sentry.ts';
import type { Config } from './config.ts';
import type { ErrorTracker, SandboxErrors } from './ports/error-tracker.ts';
import { version } from './process/create-process.ts';
import type { ErrorReporting } from './process/create-process.ts';
import type { Observers } from './process/observers.ts';
import { createErrorReports, reportNothing } from './telemetry/error-reports.ts';

/** What the tracker gets to hand over its last reports, in milliseconds. */
const LAST_REPORTS = 3_000;

/** The configured tracker of errors that nobody expected. */
export async function createErrorReporting(
  { errorTracker, sentryDsn }: Config,
  store: SandboxErrors,
  { errors }: Observers,
): Promise<ErrorReporting> {
  let tracker: ErrorTracker | undefined;
  if (errorTracker === 'sandbox') tracker = createSandboxErrorTracker(store);
  if (errorTracker === 'sentry' && sentryDsn !== undefined) {
    tracker = await createSentryErrorTracker({ dsn: sentryDsn, release: version });
  }
  return {
    report: tracker === undefined ? reportNothing : createErrorReports(tracker, { observer: errors.reported }),
    close: async () => tracker?.close(LAST_REPORTS),
  };
}
