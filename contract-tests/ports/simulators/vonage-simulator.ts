import { createHmac } from 'node:crypto';
import { readForm, startHttpSimulator } from './http-simulator.ts';
import type { HttpSimulator, SimulatedAnswer, SimulatedRequest, WireTrouble } from './http-simulator.ts';

export const vonageAccount = { apiKey: 'abcd1234', apiSecret: 'a secret of Vonage', from: 'Portico' };

export interface VonageMessage {
  readonly id: string;
  readonly to: string;
  readonly text: string;
  readonly reference: string;
  readonly ttl: string | undefined;
}

/** Vonage's SMS API: 200 to everything, a status per part, and receipts that repeat `client-ref`. */
export interface VonageSimulator extends HttpSimulator {
  readonly messages: readonly VonageMessage[];
  /** The status of each part of the next refusals. */
  refusal: readonly string[];
  /** The fields of a receipt, signed if there is a secret (HMAC-SHA256). */
  receipt(message: VonageMessage, status: string, secret?: string): Readonly<Record<string, string>>;
}

export async function startVonageSimulator(): Promise<VonageSimulator> {
  const messages: VonageMessage[] = [];

  const told = (statuses: readonly string[], id?: string): SimulatedAnswer => ({
    status: 200,
    body: {
      'message-count': String(statuses.length),
      messages: statuses.map((status) =>
        status === '0'
          ? {
              to: '989121234567',
              'message-id': id ?? 'none',
              status,
              'remaining-balance': '3.1',
              'message-price': '0.03',
            }
          : { status, 'error-text': 'Refused, about 989121234567' },
      ),
    },
  });

  function answer(request: SimulatedRequest, trouble: WireTrouble): SimulatedAnswer {
    if (request.method !== 'POST' || request.path !== '/sms/json') throw new Error(`no such path: ${request.path}`);
    const form = readForm(request, {
      required: ['api_key', 'api_secret', 'from', 'to', 'text', 'type', 'client-ref'],
      optional: ['ttl', 'callback'],
    });
    if (form['api_key'] !== vonageAccount.apiKey || form['api_secret'] !== vonageAccount.apiSecret) return told(['4']);
    if (trouble === 'reject') return told(simulator.refusal, 'part');
    if (trouble === 'fail') return told(['1']);
    if (trouble === 'too-fast') return { status: 429, body: {}, headers: { 'retry-after': '300' } };
    const { to = '', text = '', ttl, 'client-ref': reference = '' } = form;
    if (!/^[1-9]\d{6,14}$/.test(to)) return told(['3']);
    if (reference.length > 40) return told(['3']);
    if (ttl !== undefined && !(Number(ttl) >= 20_000 && Number(ttl) <= 604_800_000)) return told(['3']);
    // What the type cannot write becomes a question mark, as on the real wire; the euro sign and é are in GSM-7.
    const written = form['type'] === 'text' ? text.replaceAll(/[^\n\r -_a-zéà€^{}[~\]|]/gu, '?') : text;
    const id = `0A${String(messages.length).padStart(14, '0')}`;
    messages.push({ id, to: `+${to}`, text: written, reference, ttl });
    return told(['0'], id);
  }

  const simulator: VonageSimulator = Object.assign(await startHttpSimulator(answer), {
    messages,
    refusal: ['7'],
    receipt(message: VonageMessage, status: string, secret?: string): Readonly<Record<string, string>> {
      const fields: Record<string, string> = {
        msisdn: message.to.slice(1),
        to: vonageAccount.from,
        'network-code': '43211',
        messageId: message.id,
        price: '0.03330000',
        status,
        scts: '2611211015',
        'err-code': status === 'delivered' ? '0' : '1',
        'api-key': vonageAccount.apiKey,
        'client-ref': message.reference,
        'message-timestamp': '2026-11-21 10:15:32',
      };
      if (secret === undefined) return fields;
      Object.assign(fields, { timestamp: '1795256132', nonce: 'ec11dd3e-1e7f-4db5-9467-82b02cd223b9' });
      let signed = '';
      for (const name of Object.keys(fields).sort()) signed += `&${name}=${fields[name]?.replace(/[&=]/g, '_')}`;
      return { ...fields, sig: createHmac('sha256', secret).update(signed).digest('hex').toUpperCase() };
    },
  });
  return simulator;
}
