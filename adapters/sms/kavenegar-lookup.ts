import type { DeliveryLookup, LookupOutcome, MessageInDoubt } from '../../src/ports/delivery-lookup.ts';
import type { DeliveryReport } from '../../src/ports/delivery-report.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { textOf } from '../vendor-call.ts';
import { createCodeReader } from '../vendor-codes.ts';
import { callKavenegar, localIdOf } from './kavenegar-api.ts';
import type { KavenegarAccount } from './kavenegar-api.ts';
import { kavenegarReportCodes, kavenegarSendCodes } from './kavenegar-codes.ts';

const HOUR = 3_600_000;

/** Asks Kavenegar for the states of messages: by its id within 48 hours, by our localid within 12. */
export function createKavenegarLookup(options: KavenegarAccount & { readonly watch: VendorWatch }): DeliveryLookup {
  const { watch } = options;
  const codes = createCodeReader('kavenegar', { send: kavenegarSendCodes, reports: kavenegarReportCodes }, watch);

  /** @param key the field that names a message in question and answer */
  async function ask(
    method: string,
    key: 'messageid' | 'localid',
    references: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<LookupOutcome> {
    if (references.size === 0) return { outcome: 'answered', reports: [] };
    const { answer, read } = await callKavenegar(options, method, { [key]: [...references.keys()].join() }, { signal });
    if (read === undefined || read.status !== '200') {
      const code = read?.status ?? (answer.kind === 'answered' ? `http-${answer.status}` : answer.code);
      // A refusal for reasons of the account is told to whoever watches, as when sending.
      if (read !== undefined) codes.outcome(read.status, { uncertain: false, retryAfterSeconds: 1 });
      return { outcome: 'unavailable', code };
    }
    const reports = read.entries.flatMap((entry): DeliveryReport[] => {
      const reference = references.get(textOf(entry[key]) ?? '');
      const providerMessageId = textOf(entry['messageid']);
      const code = textOf(entry['status']);
      // An unknown id answers 0 or nothing as its message id.
      if (reference === undefined || code === undefined) return [];
      const state = codes.state(code, 'look-up');
      if (state === null || providerMessageId === undefined || providerMessageId === '0') return [];
      return [
        { eventKey: `${providerMessageId}:${code}`, providerMessageId, reference, state, code, occurredAt: new Date() },
      ];
    });
    return { outcome: 'answered', reports };
  }

  return {
    name: 'kavenegar',
    most: 500,
    remembersMilliseconds: 48 * HOUR,
    async find(messages, { signal }) {
      const known = new Map(messages.flatMap(byId));
      const doubtful = messages.filter(({ providerMessageId }) => providerMessageId === null);
      const byLocalId = new Map(doubtful.map(({ reference }) => [localIdOf(reference), reference]));
      const answers = [
        await ask('sms/status.json', 'messageid', known, signal),
        await ask('sms/statuslocalmessageid.json', 'localid', byLocalId, signal),
      ];
      const failed = answers.find(({ outcome }) => outcome === 'unavailable');
      const reports = answers.flatMap((answer) => (answer.outcome === 'answered' ? answer.reports : []));
      return failed === undefined || reports.length > 0 ? { outcome: 'answered', reports } : failed;
    },
  };
}

function byId({ providerMessageId, reference }: MessageInDoubt): [string, string][] {
  return providerMessageId === null ? [] : [[providerMessageId, reference]];
}
