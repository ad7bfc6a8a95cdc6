import { setTimeout as sleep } from 'node:timers/promises';
import type { Circuit, CircuitState, MessageSender, SendOptions, SendOutcome } from '../src/ports/send-outcome.ts';
import { createBulkhead } from './bulkhead.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerOptions } from './circuit-breaker.ts';

export interface ResilienceOptions {
  /** After this long a call that may have left is `unknown`. */
  readonly timeoutMilliseconds: number;
  /** Calls at once, and how many more may wait for a place. */
  readonly concurrency: number;
  readonly queue: number;
  /** Further tries of a call that was certainly not taken, or whose sender deduplicates. */
  readonly retries: number;
  readonly retryMilliseconds: number;
  readonly breaker: Omit<CircuitBreakerOptions, 'onChange' | 'now'>;
  readonly observer?: ResilienceObserver;
  /** The dependency's name in metrics. Default: the sender's name. */
  readonly dependency?: string;
  /** A number in [0, 1): spreads retries. */
  readonly chance?: () => number;
  /** Surrounds every call that is really made. Default: it is just made. */
  readonly trace?: CallTracer;
}

/** Records a call in the trace of `origin` and gives the call the trace context to pass on. Adds no outcome of its own. */
export type CallTracer = (
  dependency: string,
  origin: string | undefined,
  call: (traceparent?: string) => Promise<SendOutcome>,
) => Promise<SendOutcome>;

/** Hears about every call, for metrics. Must not throw. */
export interface ResilienceObserver {
  called(dependency: string, outcome: SendOutcome['outcome'], milliseconds: number): void;
  circuitChanged(dependency: string, state: CircuitState, reason: string): void;
}

/** Suits a vendor's HTTP API or a mail server: half of at least 20 calls in 30 s failing opens the circuit for 10 s. */
export const usualResilience: Omit<ResilienceOptions, 'observer'> = {
  timeoutMilliseconds: 10_000,
  concurrency: 200,
  queue: 200,
  retries: 0,
  retryMilliseconds: 500,
  breaker: { windowMilliseconds: 30_000, minimumCalls: 20, failureRate: 0.5, pauseMilliseconds: 10_000 },
};

/** How long a sender may take, once its time is up, to say itself how far the call went. */
const LAST_WORD_MILLISECONDS = 100;

/**
 * Surrounds a sender with a bulkhead, a circuit breaker, a timeout and, where a second try cannot send twice, retries.
 * A refusal by these guards is `throttled`: certainly not sent, and not the message's fault. Never throws.
 */
export function withResilience<Message>(
  sender: MessageSender<Message>,
  options: ResilienceOptions,
): MessageSender<Message> & { circuit(): Circuit; admits(): number } {
  const { observer, chance = Math.random, dependency = sender.name } = options;
  const trace: CallTracer = options.trace ?? ((_dependency, origin, call) => call(origin));
  const bulkhead = createBulkhead(options.concurrency, options.queue);
  const breaker = createCircuitBreaker({
    ...options.breaker,
    onChange: (state, reason) => observer?.circuitChanged(dependency, state, reason),
  });

  async function once(message: Message, { signal, traceparent: origin }: SendOptions): Promise<SendOutcome> {
    const leave = await bulkhead.enter(signal);
    if (leave === undefined) return { outcome: 'throttled', retryAfterSeconds: 1 };
    const pass = breaker.enter();
    if (pass === undefined) {
      leave();
      return { outcome: 'throttled', retryAfterSeconds: Math.max(1, Math.ceil(breaker.pauseLeft() / 1000)) };
    }
    const startedAt = performance.now();
    const outcome = await trace(dependency, origin, (traceparent) =>
      withinTime(sender, message, { signal, traceparent }, options.timeoutMilliseconds),
    );
    leave();
    // A refused message or a pause is an answer: the other side is well.
    if (outcome.outcome === 'unavailable' || outcome.outcome === 'unknown') pass.failed();
    else pass.succeeded();
    observer?.called(dependency, outcome.outcome, performance.now() - startedAt);
    return outcome;
  }

  return {
    name: sender.name,
    deduplicates: sender.deduplicates,
    carriesUnsubscribe: sender.carriesUnsubscribe ?? true,
    async send(message, sendOptions) {
      for (let attempt = 0; ; attempt += 1) {
        const outcome = await once(message, sendOptions);
        const safe = outcome.outcome === 'unavailable' || (outcome.outcome === 'unknown' && sender.deduplicates);
        if (!safe || attempt >= options.retries || sendOptions.signal.aborted) return outcome;
        const wait = options.retryMilliseconds * 2 ** attempt * (1 - chance() / 2);
        const aborted = await sleep(wait, false, { signal: sendOptions.signal }).catch(() => true);
        if (aborted) return outcome;
      }
    },
    admits() {
      if (breaker.circuit.state === 'open') return 0;
      if (breaker.circuit.state === 'probing') return 1;
      return Math.min(options.concurrency + options.queue, sender.admits?.() ?? Infinity);
    },
    circuit: () => breaker.circuit,
  };
}

/** Calls and waits; at the end of the time the sender has a moment to say itself how far it came, then it is unknown. */
async function withinTime<Message>(
  sender: MessageSender<Message>,
  message: Message,
  { signal, traceparent }: SendOptions,
  milliseconds: number,
): Promise<SendOutcome> {
  const bounded = new AbortController();
  const noAnswer = Promise.withResolvers<SendOutcome>();
  const detail = `no answer within ${milliseconds} ms`;
  let lastWord: NodeJS.Timeout | undefined;
  const end = (): void => {
    bounded.abort();
    lastWord ??= setTimeout(() => noAnswer.resolve({ outcome: 'unknown', detail }), LAST_WORD_MILLISECONDS);
  };
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([sender.send(message, { signal: bounded.signal, traceparent }), noAnswer.promise]);
  } catch (error) {
    // A sender that throws has a defect; how far the call went is not known.
    return { outcome: 'unknown', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    clearTimeout(lastWord);
    signal.removeEventListener('abort', end);
  }
}
