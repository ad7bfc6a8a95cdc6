import type { DeliveryReport } from '../src/ports/delivery-report.ts';
import type { RecipientFate, SendOutcome } from '../src/ports/send-outcome.ts';
import type { VendorSpeech, VendorWatch } from '../src/ports/vendor-watch.ts';
import type { VendorAnswer } from './vendor-call.ts';

/**
 * What a vendor's code says about one send call. `retryable` and `configuration` are certainly not sent; the second needs a
 * person as well. `unknown`: it may have been.
 */
export type SendClass = 'retryable' | 'throttled' | 'permanent' | 'configuration' | 'unknown';

/**
 * A vendor's refusals: each code with its class, what it says, in our words (the vendor's may hold the number or a key), and
 * what it says of the address for good.
 */
export type SendCodes = Readonly<Record<string, readonly [SendClass, string, RecipientFate?]>>;

/** A vendor's delivery states; `null` for those that tell nothing new. */
export type ReportCodes = Readonly<Record<string, DeliveryReport['state'] | null>>;

export interface CodeReader {
  /**
   * The outcome of a refusal.
   *
   * @param uncertain true where a code that nobody mapped may stand for a message that was taken
   */
  outcome(code: string, details: { readonly uncertain: boolean; readonly retryAfterSeconds: number }): SendOutcome;
  /** The state a report tells of; null when it tells nothing new, or is of a kind that nobody mapped. */
  state(code: string, where: Exclude<VendorSpeech, 'send'>): DeliveryReport['state'] | null;
  /** For answers that are no answer: the connection broke, or the vendor's front failed. */
  withoutAnswer(answer: VendorAnswer): SendOutcome | undefined;
}

/** Reads a vendor's codes by its maps. A code that no map knows is told to `watch`; it never becomes a default. */
export function createCodeReader(
  vendor: string,
  maps: { readonly send: SendCodes; readonly reports: ReportCodes },
  watch: VendorWatch,
): CodeReader {
  return {
    outcome(code, { uncertain, retryAfterSeconds }) {
      const named = `${vendor}-${tamed(code)}`;
      const known = Object.hasOwn(maps.send, code) ? maps.send[code] : undefined;
      if (known === undefined) {
        watch.unmapped({ vendor, where: 'send', code: tamed(code) });
        if (uncertain) return { outcome: 'unknown', detail: `${named}: nobody has mapped this code` };
        return { outcome: 'unavailable', code: named, detail: 'nobody has mapped this code' };
      }
      const [kind, detail, recipient] = known;
      switch (kind) {
        case 'throttled':
          return { outcome: 'throttled', retryAfterSeconds };
        case 'permanent':
          return { outcome: 'rejected', code: named, detail, recipient };
        case 'unknown':
          return { outcome: 'unknown', detail: `${named}: ${detail}` };
        case 'configuration':
          watch.misconfigured({ vendor, code: tamed(code) });
          return { outcome: 'unavailable', code: named, detail };
        case 'retryable':
          return { outcome: 'unavailable', code: named, detail };
      }
    },
    state(code, where) {
      const known = Object.hasOwn(maps.reports, code) ? maps.reports[code] : undefined;
      if (known === undefined) watch.unmapped({ vendor, where, code: tamed(code) });
      return known ?? null;
    },
    withoutAnswer(answer) {
      if (answer.kind === 'not-sent') return { outcome: 'unavailable', code: answer.code, detail: 'not connected' };
      if (answer.kind === 'lost') return { outcome: 'unknown', detail: answer.code };
      // Said by a front that did not pass the request on. Every other 5xx may come after the work was done.
      if (answer.status === 503)
        return { outcome: 'unavailable', code: `${vendor}-http-503`, detail: 'vendor is down' };
      if (answer.status >= 500) return { outcome: 'unknown', detail: `${vendor}-http-${answer.status}` };
      return undefined;
    },
  };
}

/** A vendor's code as it may stand in rows, metrics and logs. */
export function tamed(code: string): string {
  return code.replaceAll(/[^A-Za-z0-9_.-]/g, '').slice(0, 40) || 'none';
}
