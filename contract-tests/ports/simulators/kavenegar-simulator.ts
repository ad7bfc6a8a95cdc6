import { readForm, startHttpSimulator } from './http-simulator.ts';
import type { HttpSimulator, SimulatedAnswer, SimulatedRequest, WireTrouble } from './http-simulator.ts';

export const kavenegarAccount = { apiKey: '6B657920696E207468652070617468', sender: '10004346' };

export interface KavenegarMessage {
  readonly messageid: number;
  readonly receptor: string;
  readonly message: string;
  readonly localid: string;
  status: number;
}

/** Kavenegar's `v1` API: the key in the path, localid, and its two ways to ask for states. */
export interface KavenegarSimulator extends HttpSimulator {
  readonly messages: readonly KavenegarMessage[];
  /** `return.status` of the next refusals. */
  refusal: number;
}

export async function startKavenegarSimulator(): Promise<KavenegarSimulator> {
  const messages: KavenegarMessage[] = [];

  const refuse = (status: number): SimulatedAnswer => ({
    // Kavenegar says it twice: as the status of HTTP and in the body.
    status,
    body: { return: { status, message: 'به گیرنده 09121234567 ارسال نشد' }, entries: null },
  });
  const told = (entries: readonly object[]): SimulatedAnswer => ({
    status: 200,
    body: { return: { status: 200, message: 'تایید شد' }, entries },
  });

  function send(request: SimulatedRequest): SimulatedAnswer {
    const form = readForm(request, {
      required: ['receptor', 'message', 'sender', 'localid'],
      optional: ['date', 'type', 'hide', 'tag', 'policy'],
    });
    const { receptor = '', message = '', localid = '' } = form;
    if (form['sender'] !== kavenegarAccount.sender) return refuse(412);
    if (!/^(?:0[1-9]\d{9}|00[1-9]\d{6,14})$/.test(receptor)) return refuse(411);
    if (message.length > 900 || message === '') return refuse(413);
    if (!/^\d{1,19}$/.test(localid) || BigInt(localid) >= 2n ** 63n) throw new Error('localid is no long');
    let stored = messages.find((one) => one.localid === localid);
    if (stored === undefined) {
      stored = { messageid: 8_792_343 + messages.length, receptor, message, localid, status: 1 };
      messages.push(stored);
    }
    return told([{ ...stored, statustext: 'در صف ارسال', sender: form['sender'], date: 1_356_619_709, cost: 120 }]);
  }

  function states(request: SimulatedRequest, key: 'messageid' | 'localid'): SimulatedAnswer {
    const asked = (readForm(request, { required: [key] })[key] ?? '').split(',');
    if (asked.length > 500) return refuse(414);
    return told(
      asked.map((id) => {
        const found = messages.find((message) => String(message[key]) === id);
        // Of what it does not know it repeats the id that was asked for.
        const { messageid = key === 'messageid' ? Number(id) : 0, status = 100 } = found ?? {};
        return { messageid, ...(key === 'localid' ? { localid: id } : {}), status, statustext: 'وضعیت' };
      }),
    );
  }

  function answer(request: SimulatedRequest, trouble: WireTrouble): SimulatedAnswer {
    const [, version, key, ...method] = request.path.split('/');
    if (version !== 'v1' || key !== kavenegarAccount.apiKey) return refuse(403);
    if (trouble === 'reject') return refuse(simulator.refusal);
    if (trouble === 'fail' || trouble === 'too-fast') return refuse(trouble === 'fail' ? 409 : 451);
    if (method.join('/') === 'sms/send.json') return send(request);
    if (method.join('/') === 'sms/status.json') return states(request, 'messageid');
    if (method.join('/') === 'sms/statuslocalmessageid.json') return states(request, 'localid');
    throw new Error(`no such method: ${method.join('/')}`);
  }

  const simulator: KavenegarSimulator = Object.assign(await startHttpSimulator(answer), {
    messages,
    refusal: 411,
  });
  return simulator;
}
