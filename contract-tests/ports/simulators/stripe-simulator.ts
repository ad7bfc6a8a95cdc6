import { signTimestamped } from '../../../adapters/timestamped-signature.ts';
import { startHttpSimulator } from './http-simulator.ts';
import type { HttpSimulator, SimulatedAnswer, SimulatedRequest } from './http-simulator.ts';

export const stripeAccount = { secretKey: 'sk_test_of_the_simulator', webhookSecret: 'whsec_of_the_simulator' };

interface Intent {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly capture_method: string;
  readonly metadata: Readonly<Record<string, string>>;
  status: string;
  received: number;
  refunded: number;
  error: Readonly<Record<string, string>> | undefined;
}

/** Stripe's PaymentIntents, refunds and balance, as far as Portico uses them. */
export interface StripeSimulator extends HttpSimulator {
  /** Refuses the key. */
  refuseKeys: boolean;
  /** Calls that had an effect, by their `Idempotency-Key`. */
  effects(key: string): number;
  /** The body of the event about the success of an attempt. */
  event(attemptId: string): string;
  sign(body: string | Buffer, at: Date): string;
}

type Form = Readonly<Record<string, string>>;

export async function startStripeSimulator(): Promise<StripeSimulator> {
  const intents: Intent[] = [];
  const entries: { id: string; type: string; created: number; source: Readonly<Record<string, unknown>> }[] = [];
  const answers = new Map<string, { readonly asked: string; readonly answer: SimulatedAnswer }>();
  const effects = new Map<string, number>();
  let made = 0;

  const ok = (body: unknown): SimulatedAnswer => ({
    status: 200,
    body,
    headers: { 'request-id': `req_${(made += 1)}` },
  });
  const refuse = (status: number, error: Readonly<Record<string, unknown>>): SimulatedAnswer => ({
    status,
    body: { error },
  });
  const invalid = (code: string): SimulatedAnswer =>
    refuse(400, { type: 'invalid_request_error', code, message: 'Not possible.' });

  const chargeOf = (intent: Intent) => ({
    id: `ch_${intent.id.slice(3)}`,
    object: 'charge',
    amount: intent.amount,
    amount_captured: intent.received,
    amount_refunded: intent.refunded,
    currency: intent.currency,
    payment_intent: intent.id,
    metadata: intent.metadata,
    billing_details: { email: 'buyer@private.example', name: 'Private Person' },
    payment_method_details: { card: { last4: '4242', capture_before: Math.floor(Date.now() / 1000) + 604_800 } },
  });
  const intentBody = (intent: Intent, expand: boolean) => ({
    ...{ id: intent.id, object: 'payment_intent', amount: intent.amount, amount_received: intent.received },
    ...{ currency: intent.currency, status: intent.status, metadata: intent.metadata, cancellation_reason: null },
    client_secret: `${intent.id}_secret_private`,
    latest_charge: expand ? chargeOf(intent) : `ch_${intent.id.slice(3)}`,
    last_payment_error: intent.error ?? null,
  });
  function take(intent: Intent, amount: number): void {
    intent.received = amount;
    intent.status = 'succeeded';
    entries.push({
      id: `txn_${(made += 1)}`,
      type: 'charge',
      created: Math.floor(Date.now() / 1000),
      source: chargeOf(intent),
    });
  }

  function createIntent(form: Form): SimulatedAnswer {
    const { amount = '', currency = '', capture_method: captureMethod = '', payment_method: method } = form;
    if (!/^[1-9]\d*$/.test(amount) || !/^[a-z]{3}$/.test(currency)) return invalid('parameter_invalid_integer');
    const metadata = { attempt_id: form['metadata[attempt_id]'] ?? '' };
    const intent: Intent = {
      ...{ id: `pi_${(made += 1)}x`, amount: Number(amount), currency, capture_method: captureMethod, metadata },
      ...{ status: 'requires_payment_method', received: 0, refunded: 0, error: undefined },
    };
    intents.push(intent);
    if (method === undefined) return ok(intentBody(intent, false));
    if (form['confirm'] !== 'true') return invalid('parameter_missing');
    if (method === 'pm_card_visa') {
      if (captureMethod === 'manual') intent.status = 'requires_capture';
      else take(intent, intent.amount);
      return ok(intentBody(intent, false));
    }
    intent.error = { code: 'card_declined', decline_code: 'insufficient_funds' };
    const error = {
      type: 'card_error',
      ...intent.error,
      message: 'Declined.',
      payment_intent: intentBody(intent, false),
    };
    return refuse(402, error);
  }

  function changeIntent(intent: Intent, step: string, form: Form): SimulatedAnswer {
    if (step === 'cancel') {
      if (['succeeded', 'canceled'].includes(intent.status)) return invalid('payment_intent_unexpected_state');
      intent.status = 'canceled';
    } else {
      const amount = Number(form['amount_to_capture'] ?? intent.amount);
      if (intent.status !== 'requires_capture') return invalid('payment_intent_unexpected_state');
      if (amount > intent.amount) return invalid('amount_too_large');
      take(intent, amount);
    }
    return ok(intentBody(intent, false));
  }

  function createRefund(form: Form): SimulatedAnswer {
    const intent = intents.find(({ id }) => id === form['payment_intent']);
    const amount = Number(form['amount']);
    if (intent === undefined) return refuse(404, { type: 'invalid_request_error', code: 'resource_missing' });
    if (intent.refunded + amount > intent.received) return invalid('amount_too_large');
    intent.refunded += amount;
    const metadata = { attempt_id: form['metadata[attempt_id]'], movement_id: form['metadata[movement_id]'] };
    const refund = { id: `re_${(made += 1)}`, object: 'refund', amount, currency: intent.currency, metadata };
    const source = { ...refund, payment_intent: intent.id, status: 'succeeded' };
    entries.push({ id: `txn_${(made += 1)}`, type: 'refund', created: Math.floor(Date.now() / 1000), source });
    return ok(source);
  }

  function read(path: string, query: URLSearchParams): SimulatedAnswer {
    if (path === '/v1/payment_intents/search') {
      const attempt = /^metadata\['attempt_id'\]:'([^']+)'$/.exec(query.get('query') ?? '')?.[1];
      const found = intents.filter(({ metadata }) => metadata['attempt_id'] === attempt);
      return ok({ object: 'search_result', data: found.map((intent) => intentBody(intent, false)), has_more: false });
    }
    if (path === '/v1/balance_transactions') {
      const [from, until] = [Number(query.get('created[gte]')), Number(query.get('created[lt]'))];
      const all = entries.filter(({ created }) => created >= from && created < until).toReversed();
      const after = all.findIndex(({ id }) => id === query.get('starting_after')) + 1;
      return ok({ object: 'list', data: all.slice(after, after + Number(query.get('limit'))), has_more: false });
    }
    const intent = intents.find(({ id }) => path === `/v1/payment_intents/${id}`);
    if (intent === undefined) return refuse(404, { type: 'invalid_request_error', code: 'resource_missing' });
    return ok(intentBody(intent, query.getAll('expand[0]').includes('latest_charge')));
  }

  function write(path: string, form: Form): SimulatedAnswer {
    if (path === '/v1/payment_intents') return createIntent(form);
    if (path === '/v1/refunds') return createRefund(form);
    const [, id, step = ''] = /^\/v1\/payment_intents\/(\w+)\/(capture|cancel)$/.exec(path) ?? [];
    const intent = intents.find((one) => one.id === id);
    if (intent === undefined) return refuse(404, { type: 'invalid_request_error', code: 'resource_missing' });
    return changeIntent(intent, step, form);
  }

  /** Under a key known before the first answer comes again; with other parameters it is refused. */
  function once(request: SimulatedRequest, path: string): SimulatedAnswer {
    const key = String(request.headers['idempotency-key'] ?? '');
    if (!/^[!-~]{1,255}$/.test(key)) throw new Error('a POST without an Idempotency-Key');
    const asked = `${path}?${request.body}`;
    const known = answers.get(key);
    if (known !== undefined && known.asked !== asked)
      return refuse(400, { type: 'idempotency_error', message: 'Other parameters.' });
    if (known !== undefined) return known.answer;
    const answer = write(path, Object.fromEntries(new URLSearchParams(request.body)));
    answers.set(key, { asked, answer });
    if (answer.status === 200) effects.set(key, (effects.get(key) ?? 0) + 1);
    return answer;
  }

  const server = await startHttpSimulator((request) => {
    const { pathname, searchParams } = new URL(request.path, 'http://stripe.test');
    const [scheme, given = ''] = (request.headers.authorization ?? '').split(' ');
    const key = scheme === 'Basic' ? Buffer.from(given, 'base64').toString().replace(/:$/, '') : given;
    if (!/^\d{4}-\d\d-\d\d\.[a-z]+$/.test(String(request.headers['stripe-version'])))
      throw new Error('no Stripe-Version');
    if (key !== stripeAccount.secretKey || simulator.refuseKeys) {
      return refuse(401, { type: 'invalid_request_error', message: `Invalid API Key provided: ${key}` });
    }
    return request.method === 'GET' ? read(pathname, searchParams) : once(request, pathname);
  });
  const simulator: StripeSimulator = Object.assign(Object.create(server) as HttpSimulator, {
    refuseKeys: false,
    effects: (key: string) => effects.get(key) ?? 0,
    event(attemptId: string) {
      const intent = intents.find(({ metadata }) => metadata['attempt_id'] === attemptId);
      if (intent === undefined) throw new Error('no such payment');
      const event = {
        id: `evt_${intent.id}`,
        object: 'event',
        type: 'payment_intent.succeeded',
        created: 1_795_256_132,
      };
      return JSON.stringify({ ...event, data: { object: intentBody(intent, true) } }, undefined, 2);
    },
    sign: (body: string | Buffer, at: Date) => signTimestamped(stripeAccount.webhookSecret, body, at),
  });
  return simulator;
}
