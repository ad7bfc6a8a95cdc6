import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RateTrouble } from '../exchange-rates.suite.ts';

/** What the simulated vendor says; a text goes out as it is. */
export interface RatesAnswer {
  readonly status: number;
  readonly body: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One vendor's wire protocol. */
export interface RatesWire {
  /** What it answers when it is well. Throws for what the vendor's API does not have: a breach of its protocol. */
  readonly answer: (url: URL) => RatesAnswer;
  /** How it refuses the key, or whoever calls. */
  readonly refusal: RatesAnswer;
}

export interface RatesSimulator {
  readonly url: string;
  trouble: RateTrouble;
  /** Said instead of everything, once set. */
  saying: RatesAnswer | undefined;
  /** Paths with queries, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** What vendors write digit by digit: JSON that a parser of floating-point numbers would change. */
export const exactRates: Readonly<Record<string, string>> = {
  AED: '3.6725',
  BTC: '0.0000087312',
  EUR: '0.912908',
  GBP: '0.768741',
  JPY: '147.60482916',
  KWD: '3.06338e-1',
  USD: '1',
  XAU: '0.000312',
};

/** A JSON object of numbers with exactly these digits. */
export function numbers(rates: Readonly<Record<string, string>>): string {
  return `{${Object.entries(rates)
    .map(([currency, digits]) => `"${currency}":${digits}`)
    .join()}}`;
}

export async function startRatesSimulator(wire: RatesWire): Promise<RatesSimulator> {
  const asked: string[] = [];
  const breaches: unknown[] = [];
  const simulator = { trouble: 'none' as RateTrouble, saying: undefined as RatesAnswer | undefined };
  const said: Partial<Record<RateTrouble, RatesAnswer>> = {
    fail: { status: 500, body: '<h1>Sorry</h1>' },
    'not-json': { status: 200, body: '<h1>Welcome</h1>' },
    'other-form': { status: 200, body: { hello: 'world', rates: [] } },
    'refuse-key': wire.refusal,
  };
  const server = createServer((req, res) => {
    asked.push(req.url ?? '');
    if (simulator.trouble === 'fall-silent') return;
    try {
      const { status, body, headers } =
        simulator.saying ?? said[simulator.trouble] ?? wire.answer(new URL(req.url ?? '', 'http://vendor'));
      res.writeHead(status, { 'content-type': 'application/json', ...headers });
      res.end(typeof body === 'string' ? body : JSON.stringify(body));
    } catch (error) {
      breaches.push(error);
      res.writeHead(599).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(simulator, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (breaches.length > 0) throw new AggregateError(breaches, 'The adapter broke the vendor’s protocol.');
    },
  });
}
