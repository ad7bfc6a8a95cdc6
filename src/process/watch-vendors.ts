import type { VendorWatch } from '../ports/vendor-watch.ts';
import type { ReportError } from '../telemetry/error-reports.ts';
import type { Logger } from '../telemetry/logs.ts';
import type { VendorObserver } from './observers.ts';

/** A vendor used a code that no map of its adapter knows. */
export class UnmappedVendorCode extends Error {
  override readonly name = 'UnmappedVendorCode';
}

/** A vendor refuses all messages until a person has put the account or the settings right. */
export class VendorMisconfigured extends Error {
  override readonly name = 'VendorMisconfigured';
}

/** The same alarm is logged and reported once in so many milliseconds; the metric counts every one. */
const SILENCE = 600_000;

/** Turns what vendors say that needs a person into a metric, a log line and an error report. */
export function createVendorWatch(
  { observer, log, reportError }: { observer: VendorObserver; log: Logger; reportError: ReportError },
  now: () => number = () => performance.now(),
): VendorWatch {
  const lastTold = new Map<string, number>();

  function tell(error: Error): void {
    const moment = now();
    if (moment - (lastTold.get(error.message) ?? -Infinity) < SILENCE) return;
    // Codes are the vendor's: a map of them must not grow for ever.
    if (lastTold.size > 1_000) lastTold.clear();
    lastTold.set(error.message, moment);
    log.error({ error }, 'a vendor needs attention');
    reportError(error, {});
  }

  return {
    unmapped({ vendor, where, code }) {
      observer.alarmed(vendor, 'unmapped');
      tell(new UnmappedVendorCode(`${vendor} said ${code} (${where}), which no map of its codes knows.`));
    },
    misconfigured({ vendor, code }) {
      observer.alarmed(vendor, 'misconfigured');
      tell(new VendorMisconfigured(`${vendor} refuses this installation: ${code}.`));
    },
  };
}
