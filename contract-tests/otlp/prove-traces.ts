import { setTimeout as delay } from 'node:timers/promises';
import { demoAccounts } from '../../src/contexts/identity/index.ts';
import { demoPhone } from '../../src/shared/demo-phone.ts';
import { startPorticoProcess } from '../portico-process.ts';
import type { PorticoProcess } from '../portico-process.ts';
import type { Verdict } from '../schemathesis.ts';
import { startOtlpReceiver } from './receiver.ts';
import type { ReceivedSpan } from './receiver.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpan = 'b7ad6b7169203331';
/** What the file holds and its people are told: neither may stand in a span. */
const phones = [demoPhone(41), demoPhone(42)];
const text = 'You have won coins';

/**
 * A file of numbers, uploaded within a caller's trace, must be one trace from the upload over the crediting job to the calls
 * that send the SMS, as a receiver sees it that knows nothing of Portico.
 */
export async function proveTraces(): Promise<Verdict> {
  const receiver = await startOtlpReceiver();
  try {
    const portico = await startPorticoProcess({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      // Nothing is recorded but what the caller records.
      OTEL_TRACES_SAMPLER_ARG: '0',
      BCRYPT_COST: '4',
    });
    try {
      await importNumbers(portico);
    } finally {
      // Spans that still wait leave while it stops.
      await portico.stop();
      portico.clear();
    }
    const failures = [...receiver.faults, ...judge(receiver.spans)];
    return { passed: checks - Math.min(checks, failures.length), failures, summary: `${receiver.spans.length} spans` };
  } finally {
    receiver.close();
  }
}

async function importNumbers({ url }: PorticoProcess): Promise<void> {
  const staff = demoAccounts.find(({ role }) => role === 'staff');
  const call = async (method: string, path: string, body: unknown, headers: Record<string, string> = {}) => {
    const given = typeof body === 'string' ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...given, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as { id: string; token: string; status: string; messages: { delivered: number } };
  };
  const { token } = await call('POST', '/api/v1/auth/login', { email: staff?.email, password: staff?.password });
  const authorization = `Bearer ${token}`;
  const campaign = { name: 'Traced', coins: 5, periodPolicy: 'once', messageTemplate: text, defaultRegion: 'IR' };
  const { id } = await call('POST', '/api/v1/bonus-campaigns', campaign, { authorization });
  const imported = await call('POST', `/api/v1/bonus-campaigns/${id}/imports`, `mobile\n${phones.join('\n')}\n`, {
    authorization,
    'content-type': 'text/csv',
    traceparent: `00-${traceId}-${callerSpan}-01`,
  });
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { status, messages } = await call('GET', `/api/v1/bonus-imports/${imported.id}`, undefined, {
      authorization,
    });
    if (status === 'finished' && messages.delivered === phones.length) return;
    if (Date.now() > deadline) throw new Error(`the import is still ${status}: ${JSON.stringify(messages)}`);
    await delay(100);
  }
}

const checks = 11;

/** What is wrong with the trace; empty when nothing is. */
export function judge(spans: readonly ReceivedSpan[]): string[] {
  const failures: string[] = [];
  const check = (holds: boolean, otherwise: string): void => {
    if (!holds) failures.push(otherwise);
  };
  const named = (name: string): ReceivedSpan[] => spans.filter((span) => span.name === name);
  const below = (parent: ReceivedSpan | undefined, span: ReceivedSpan): boolean => span.parentSpanId === parent?.spanId;
  const [request] = named('createBonusImport');
  const [crediting] = named('creditBonusImport');
  const [sending] = named('sendMessages');
  const calls = named('send sms:sandbox');

  check(
    spans.every((span) => span.traceId === traceId),
    'a span belongs to another trace, although only the caller records',
  );
  check(
    spans.every(({ resource }) => resource['service.name'] === 'portico' && resource['service.version'] !== undefined),
    'a span does not say whose it is',
  );
  check(
    request?.kind === 'SPAN_KIND_SERVER' && request.parentSpanId === callerSpan,
    'the request is no server span below its caller',
  );
  check(
    request?.attributes['http.route'] === '/api/v1/bonus-campaigns/{campaignId}/imports' &&
      request.attributes['http.response.status_code'] === 202,
    'the request does not tell its route and status',
  );
  check(
    crediting?.kind === 'SPAN_KIND_CONSUMER' && below(request, crediting),
    'the crediting job is not below the request that enqueued it',
  );
  check(
    sending?.kind === 'SPAN_KIND_CONSUMER' && below(crediting, sending),
    'the sending job is not below the crediting that enqueued it',
  );
  check(calls.length === phones.length, `there are ${calls.length} calls to the vendor, not one per number`);
  check(
    calls.every((call) => call.kind === 'SPAN_KIND_CLIENT' && below(sending, call)),
    'a call to the vendor is not below the job that made it',
  );
  check(
    calls.every(({ attributes }) => attributes['portico.outcome'] === 'accepted'),
    'a call to the vendor does not tell its outcome',
  );
  const statements = spans.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql');
  check(
    [request, crediting, sending].every((span) => statements.some((one) => below(span, one))),
    'the request or a job has no statements below it',
  );
  const written = JSON.stringify(spans);
  const secrets = [...phones, ...phones.map((phone) => phone.slice(3)), text, 'Bearer', 'insert into', '@'];
  const leaked = secrets.filter((secret) => written.includes(secret));
  check(leaked.length === 0, `spans hold ${leaked.join(', ')}`);
  return failures;
}
