import type { SendOutcome } from '../../src/ports/send-outcome.ts';
import type { SmsSender } from '../../src/ports/sms-sender.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { textOf } from '../vendor-call.ts';
import { createCodeReader } from '../vendor-codes.ts';
import { callKavenegar, localIdOf } from './kavenegar-api.ts';
import type { KavenegarAccount, KavenegarAnswer } from './kavenegar-api.ts';
import { kavenegarReportCodes, kavenegarSendCodes } from './kavenegar-codes.ts';
import { isE164, notE164 } from './numbers.ts';

export interface KavenegarOptions extends KavenegarAccount {
  /** A line of the account. */
  readonly sender: string;
  readonly watch: VendorWatch;
}

const LONGEST_TEXT = 900;
const HOME = '98';

/**
 * Sends through Kavenegar. Its `localid` dedupes: asked again under the same one it creates nothing and gives the stored
 * record, so a lost answer is asked for again until it comes.
 */
export function createKavenegarSmsSender(options: KavenegarOptions): SmsSender {
  const codes = createCodeReader(
    'kavenegar',
    { send: kavenegarSendCodes, reports: kavenegarReportCodes },
    options.watch,
  );
  return {
    name: 'kavenegar',
    deduplicates: true,
    async send(message, call) {
      if (!isE164(message.to)) return notE164;
      if (message.text.length > LONGEST_TEXT) {
        return { outcome: 'rejected', code: 'too-long', detail: `Kavenegar takes ${LONGEST_TEXT} characters` };
      }
      const receptor = receptorOf(message.to);
      const fields = { receptor, message: message.text, sender: options.sender, localid: localIdOf(message.reference) };
      const { answer, read } = await callKavenegar(options, 'sms/send.json', fields, call);
      if (read === undefined) {
        const failed = codes.withoutAnswer(answer);
        return failed ?? { outcome: 'unknown', detail: 'an answer that is none of Kavenegar’s' };
      }
      if (read.status === '200') return accepted(read, receptor);
      return codes.outcome(read.status, { uncertain: true, retryAfterSeconds: 1 });
    },
  };
}

/** Numbers at home without their country code, all others with `00`. */
function receptorOf(number: string): string {
  const digits = number.slice(1);
  return digits.startsWith(HOME) ? `0${digits.slice(HOME.length)}` : `00${digits}`;
}

function accepted({ entries }: KavenegarAnswer, receptor: string): SendOutcome {
  const [entry] = entries;
  const id = textOf(entry?.['messageid']);
  if (entries.length !== 1 || id === undefined) return { outcome: 'unknown', detail: 'taken, without a message id' };
  if (bare(textOf(entry?.['receptor']) ?? '') !== bare(receptor)) {
    return { outcome: 'unavailable', code: 'localid-taken', detail: 'the localid stands for another message' };
  }
  return { outcome: 'accepted', providerMessageId: id };
}

/** The number without what different writers put before it. */
function bare(receptor: string): string {
  return receptor.replace(/^(?:\+|00)?(?:98)?0?/, '');
}
