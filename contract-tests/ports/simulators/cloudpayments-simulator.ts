import { createHmac } from 'node:crypto';
import { readForm, startHttpSimulator } from './http-simulator.ts';
import type { HttpSimulator, SimulatedAnswer, SimulatedRequest } from './http-simulator.ts';

export const cloudpaymentsAccount = { publicId: 'pk_of_the_simulator', apiSecret: 'a secret of CloudPayments' };

interface Invoice {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
  cancelled: boolean;
}
interface Transaction {
  readonly id: number;
  readonly invoiceId: string;
  readonly currency: string;
  readonly at: number;
  /** Of a refund: the payment. */
  readonly of: number | undefined;
  readonly amount: string;
  status: string;
  reason: number;
  refunded: number;
}

/** CloudPayments' invoices and transactions: HTTP 200 to nearly everything, decimals of major units. */
export interface CloudpaymentsSimulator extends HttpSimulator {
  refuseKeys: boolean;
  effects(key: string): number;
  /** The buyer opens the page of an invoice. @returns the transaction's id */
  pay(invoiceId: string, conduct: 'pays' | 'declined'): string;
  /** The form of the Pay notification of an invoice. */
  notification(invoiceId: string): string;
  sign(body: string | Buffer): string;
}

export async function startCloudpaymentsSimulator(): Promise<CloudpaymentsSimulator> {
  const invoices: Invoice[] = [];
  const transactions: Transaction[] = [];
  const answers = new Map<string, SimulatedAnswer>();
  const effects = new Map<string, number>();
  let made = 1_000;

  const told = (success: boolean, model: unknown, message: string | null = null): SimulatedAnswer => ({
    status: 200,
    body: { Success: success, Message: message, Model: model },
  });
  const modelOf = (entry: Transaction) => ({
    ...{
      TransactionId: entry.id,
      Amount: Number(entry.amount),
      Currency: entry.currency,
      InvoiceId: entry.invoiceId,
    },
    ...{ Status: entry.status, ReasonCode: entry.reason, CreatedDate: `/Date(${entry.at})/`, CardLastFour: '4242' },
    ...(entry.of === undefined ? {} : { Type: 'Refund', PaymentTransactionId: entry.of }),
  });
  const find = (id: string | undefined): Transaction | undefined =>
    transactions.find((entry) => String(entry.id) === id);
  const last = (invoiceId: string | undefined): Transaction | undefined =>
    transactions.findLast((entry) => entry.invoiceId === invoiceId && entry.of === undefined);
  function add(entry: Omit<Transaction, 'id' | 'at' | 'refunded'>): Transaction {
    const added = { ...entry, id: (made += 1), at: Date.now(), refunded: 0 };
    transactions.push(added);
    return added;
  }

  function createOrder(request: SimulatedRequest): SimulatedAnswer {
    const required = ['Amount', 'Currency', 'Description', 'InvoiceId', 'AccountId', 'RequireConfirmation'];
    const optional = ['SendEmail', 'SuccessRedirectUrl', 'FailRedirectUrl'];
    const fields = readForm(request, { required, optional });
    if (!/^\d+(\.\d{1,2})?$/.test(fields['Amount'] ?? '')) return told(false, null, 'Amount is wrong');
    const invoice = { id: `order${(made += 1)}`, fields, cancelled: false };
    invoices.push(invoice);
    return told(true, { Id: invoice.id, Number: made, Url: `https://orders.cloudpayments.test/d/${invoice.id}` });
  }

  function change(path: string, request: SimulatedRequest): SimulatedAnswer {
    const { TransactionId: id, Amount: amount } = Object.fromEntries(new URLSearchParams(request.body));
    const entry = find(id);
    if (entry === undefined) return told(false, null, 'Not found');
    if (path === '/payments/refund') {
      const back = Math.round(Number(amount) * 100);
      if (entry.status !== 'Completed' || entry.refunded + back > Math.round(Number(entry.amount) * 100)) {
        return told(false, null, 'Amount is too large');
      }
      entry.refunded += back;
      const { invoiceId, currency } = entry;
      const refund = { invoiceId, currency, of: entry.id, amount: amount ?? '', status: 'Completed', reason: 0 };
      return told(true, { TransactionId: add(refund).id });
    }
    if (entry.status !== 'Authorized') return told(false, null, 'The state does not allow this');
    if (path === '/payments/void') entry.status = 'Cancelled';
    else entry.status = 'Completed';
    return told(true, null);
  }

  function serve(path: string, request: SimulatedRequest): SimulatedAnswer {
    const form = Object.fromEntries(new URLSearchParams(request.body));
    switch (path) {
      case '/orders/create':
        return createOrder(request);
      case '/orders/cancel': {
        const invoice = invoices.find(({ id }) => id === form['Id']);
        if (invoice === undefined || invoice.cancelled) return told(false, null, 'Not found');
        invoice.cancelled = true;
        return told(true, null);
      }
      case '/payments/confirm':
      case '/payments/void':
      case '/payments/refund':
        return change(path, request);
      case '/payments/get':
      case '/v2/payments/find': {
        const entry = path === '/payments/get' ? find(form['TransactionId']) : last(form['InvoiceId']);
        return entry === undefined ? told(false, null, 'Not found') : told(entry.status !== 'Declined', modelOf(entry));
      }
      case '/v2/payments/list': {
        const [from, until] = [Date.parse(form['CreatedDateGte'] ?? ''), Date.parse(form['CreatedDateLte'] ?? '')];
        return told(true, transactions.filter(({ at }) => at >= from && at <= until).map(modelOf));
      }
      default:
        throw new Error(`no such path: ${path}`);
    }
  }

  const server = await startHttpSimulator((request) => {
    const { publicId, apiSecret } = cloudpaymentsAccount;
    const credentials = `Basic ${Buffer.from(`${publicId}:${apiSecret}`).toString('base64')}`;
    if (request.method !== 'POST') throw new Error('not a POST');
    if (request.headers.authorization !== credentials || simulator.refuseKeys) return { status: 401, body: {} };
    const key = request.headers['x-request-id'];
    const known = typeof key === 'string' ? answers.get(key) : undefined;
    if (known !== undefined) return known;
    const answer = serve(request.path, request);
    if (typeof key === 'string') {
      answers.set(key, answer);
      if ((answer.body as { Success: boolean }).Success) effects.set(key, (effects.get(key) ?? 0) + 1);
    }
    return answer;
  });
  const sign = (body: string | Buffer): string =>
    createHmac('sha256', cloudpaymentsAccount.apiSecret).update(body).digest('base64');
  const simulator: CloudpaymentsSimulator = Object.assign(Object.create(server) as HttpSimulator, {
    refuseKeys: false,
    effects: (key: string) => effects.get(key) ?? 0,
    sign,
    pay(invoiceId: string, conduct: 'pays' | 'declined') {
      const invoice = invoices.find(({ fields }) => fields['InvoiceId'] === invoiceId);
      if (invoice === undefined || invoice.cancelled) throw new Error('no such invoice');
      const { Amount: amount = '', Currency: currency = '', RequireConfirmation: held } = invoice.fields;
      const status = conduct === 'declined' ? 'Declined' : held === 'true' ? 'Authorized' : 'Completed';
      const reason = conduct === 'declined' ? 5051 : 0;
      return String(add({ invoiceId, currency, of: undefined, amount, status, reason }).id);
    },
    notification(invoiceId: string) {
      const entry = last(invoiceId);
      if (entry === undefined) throw new Error('no such payment');
      const { TransactionId, Currency, InvoiceId, Status } = modelOf(entry);
      const told = { TransactionId: String(TransactionId), Amount: entry.amount, Currency, InvoiceId, Status };
      const details = { CardLastFour: '4242', Email: 'buyer@private.example', Description: 'Оплата  заказа' };
      return new URLSearchParams({ ...told, ...details }).toString();
    },
  });
  return simulator;
}
