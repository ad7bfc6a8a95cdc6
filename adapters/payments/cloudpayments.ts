import type {
  CallOptions,
  FetchOutcome,
  ListOutcome,
  PaymentOutcome,
  PaymentProvider,
  ProviderTransaction,
} from '../../src/ports/payments.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { callVendor, isObject, parseExactObject, textOf } from '../vendor-call.ts';
import { tamed } from '../vendor-codes.ts';
import { readListed, readTransaction, toMajorUnits, UnmappedByCloudpayments } from './cloudpayments-reading.ts';
import type { Fields } from './cloudpayments-reading.ts';
import { cloudpaymentsCheck, judgeNotification, readCloudpaymentsMessage } from './cloudpayments-webhook.ts';

export interface CloudpaymentsOptions {
  readonly publicId: string;
  readonly apiSecret: string;
  /** Where its API is; undefined: its own address. */
  readonly url: string | undefined;
  readonly watch: VendorWatch;
}

/** What came of a call. `refused`: it answered, and did not do it. */
type Answer =
  | {
      readonly kind: 'done' | 'refused';
      readonly model: Fields;
      readonly items: readonly unknown[];
      readonly message: string;
    }
  | {
      readonly kind: 'failed';
      readonly failure: Extract<PaymentOutcome, { readonly outcome: 'declined' | 'unknown' }>;
    };

const PAGE = 100;

/**
 * CloudPayments by links to its own page, one per attempt: `InvoiceId` is the attempt's id, for it finds the last payment of an
 * invoice only. Which transaction paid it, its notification tells.
 */
export function createCloudpayments({ publicId, apiSecret, url, watch }: CloudpaymentsOptions): PaymentProvider {
  const base = url ?? 'https://api.cloudpayments.ru';
  const credentials = Buffer.from(`${publicId}:${apiSecret}`).toString('base64');

  async function ask(
    path: string,
    fields: Readonly<Record<string, string>>,
    { signal, traceparent }: CallOptions,
    key?: string,
  ): Promise<Answer> {
    const answer = await callVendor({
      method: 'POST',
      url: `${base}${path}`,
      headers: {
        accept: 'application/json',
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded',
        ...(key === undefined ? {} : { 'x-request-id': key }),
      },
      body: new URLSearchParams(fields).toString(),
      signal,
      traceparent,
    });
    if (answer.kind === 'not-sent') return failed(refused(answer.code, 'not connected', true));
    if (answer.kind === 'lost') return failed({ outcome: 'unknown', detail: answer.code });
    if (answer.status === 401 || answer.status === 403) {
      watch.misconfigured({ vendor: 'cloudpayments', code: `http-${answer.status}` });
      return failed(refused(`cloudpayments-http-${answer.status}`, 'CloudPayments refuses this installation', true));
    }
    if (answer.status === 429) return failed(refused('cloudpayments-http-429', 'too many calls at once', true));
    const body = answer.status === 200 ? parseExactObject(answer.text) : undefined;
    const { Success: success, Model: model, Message: message } = body ?? {};
    if (typeof success !== 'boolean') {
      return failed({ outcome: 'unknown', detail: `cloudpayments-http-${answer.status}: no answer of its form` });
    }
    return {
      kind: success ? 'done' : 'refused',
      model: isObject(model) ? model : {},
      items: Array.isArray(model) ? model : [],
      message: textOf(message) ?? '',
    };
  }

  /** A call that moves money. @param refOf the provider's name of what was done */
  async function move(asked: Promise<Answer>, refOf: (model: Fields) => string | undefined): Promise<PaymentOutcome> {
    const answer = await asked;
    if (answer.kind === 'failed') return answer.failure;
    if (answer.kind === 'refused') return refused(refusalOf(answer.model), 'CloudPayments refuses this', false);
    return { outcome: 'succeeded', providerRef: refOf(answer.model) };
  }

  return {
    name: 'cloudpayments',
    capabilities: { partialCapture: 'no', refundDays: 365, keySeconds: 3_600, processingSeconds: 300 },
    async startPayment(
      { attemptId, amount: money, captureMode, description, customerId, methodToken, returnUrl },
      call,
    ) {
      const amount = toMajorUnits(money);
      if (amount === undefined) return notSayable;
      if (methodToken !== undefined)
        return { ...notSayable, code: 'cloudpayments-token', detail: 'only its own page takes cards' };
      const fields = {
        ...{ Amount: amount, Currency: money.currency, Description: description, InvoiceId: attemptId },
        ...{ AccountId: customerId, RequireConfirmation: String(captureMode === 'manual'), SendEmail: 'false' },
        ...(returnUrl === undefined ? {} : { SuccessRedirectUrl: returnUrl, FailRedirectUrl: returnUrl }),
      };
      const answer = await ask('/orders/create', fields, call, attemptId);
      if (answer.kind === 'failed') return answer.failure;
      if (answer.kind === 'refused') return refused(refusalOf(answer.model), 'CloudPayments refuses this', false);
      const { Id: handle, Url: page } = answer.model;
      if (typeof handle !== 'string' || typeof page !== 'string')
        return { outcome: 'unknown', detail: 'an order without its link' };
      return { outcome: 'requires_action', handle, action: { kind: 'redirect', url: page } };
    },
    capture({ key, providerRef, amount: money }, call) {
      const amount = toMajorUnits(money);
      if (amount === undefined || providerRef === undefined) return Promise.resolve(notSayable);
      return move(
        ask('/payments/confirm', { TransactionId: providerRef, Amount: amount }, call, key),
        () => providerRef,
      );
    },
    void({ key, providerRef, handle, amount }, call) {
      if (amount.amount === 0n && handle !== undefined)
        return move(ask('/orders/cancel', { Id: handle }, call, key), () => undefined);
      if (providerRef === undefined) return Promise.resolve({ ...notSayable, code: 'cloudpayments-nothing-held' });
      return move(ask('/payments/void', { TransactionId: providerRef }, call, key), () => providerRef);
    },
    refund({ key, providerRef, amount: money }, call) {
      const amount = toMajorUnits(money);
      if (amount === undefined || providerRef === undefined) return Promise.resolve(notSayable);
      return move(ask('/payments/refund', { TransactionId: providerRef, Amount: amount }, call, key), (model) =>
        textOf(model['TransactionId']),
      );
    },
    async fetch({ reference, providerRef }, call): Promise<FetchOutcome> {
      const answer = await (providerRef === undefined
        ? ask('/v2/payments/find', { InvoiceId: reference }, call)
        : ask('/payments/get', { TransactionId: providerRef }, call));
      if (answer.kind === 'failed') return unavailable(answer.failure);
      // A declined payment comes without success and with its model.
      if (answer.model['TransactionId'] === undefined) return { outcome: 'not_found' };
      return mapped(watch, () => ({ outcome: 'found', payment: readTransaction(answer.model) }));
    },
    async list({ from, until, cursor = '1' }, call): Promise<ListOutcome> {
      const period = { CreatedDateGte: from.toISOString(), CreatedDateLte: until.toISOString(), TimeZone: 'UTC' };
      const answer = await ask('/v2/payments/list', { ...period, PageNumber: cursor }, call);
      if (answer.kind === 'failed') return unavailable(answer.failure);
      const { items } = answer;
      const within = ({ at }: ProviderTransaction): boolean => at >= from && at < until;
      return mapped(watch, () => ({
        outcome: 'listed',
        transactions: items.flatMap((item) => (isObject(item) ? readListed(item) : [])).filter(within),
        cursor: items.length < PAGE ? undefined : String(Number(cursor) + 1),
      }));
    },
    parseWebhook: (pushed) => judgeNotification(apiSecret, pushed),
    readMessage: ({ kind, stored }) => readCloudpaymentsMessage(kind, stored, watch),
    acknowledge: () => ({ status: 200, body: { code: 0 } }),
    check: cloudpaymentsCheck,
  };
}

const notSayable = {
  outcome: 'declined',
  code: 'cloudpayments-amount',
  detail: 'CloudPayments cannot be asked for this',
  retryable: false,
} as const;

const failed = (failure: Extract<Answer, { readonly kind: 'failed' }>['failure']): Answer => ({
  kind: 'failed',
  failure,
});

function refused(code: string, detail: string, retryable: boolean) {
  return { outcome: 'declined', code, detail, retryable } as const;
}

function refusalOf(model: Fields): string {
  return `cloudpayments-${tamed(textOf(model['ReasonCode']) ?? 'refused')}`;
}

/** What cannot be read is an alarm, and no answer. */
function mapped<Outcome>(watch: VendorWatch, read: () => Outcome) {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnmappedByCloudpayments)) throw error;
    watch.unmapped({ vendor: 'cloudpayments', where: 'look-up', code: error.code });
    const detail = 'nobody has mapped this';
    return { outcome: 'unavailable', code: `cloudpayments-${error.code}`, detail } as const;
  }
}

function unavailable(failure: Extract<Answer, { readonly kind: 'failed' }>['failure']) {
  const code = failure.outcome === 'declined' ? failure.code : 'no-answer';
  return { outcome: 'unavailable', code, detail: failure.detail } as const;
}
