import type { Circuit, CircuitState } from '../src/ports/send-outcome.ts';
import { createBulkhead } from './bulkhead.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerOptions } from './circuit-breaker.ts';

export interface CallGuardOptions {
  /** After this long whoever waits has waited enough. */
  readonly timeoutMilliseconds: number;
  /** Calls at once, and how many more may wait for a place. */
  readonly concurrency: number;
  readonly queue: number;
  readonly breaker: Omit<CircuitBreakerOptions, 'onChange' | 'now'>;
  /** The name in metrics. */
  readonly dependency: string;
  readonly observer?: CallObserver;
}

/** Hears about every call, for metrics. Must not throw. */
export interface CallObserver {
  called(dependency: string, outcome: string, milliseconds: number): void;
  circuitChanged(dependency: string, state: CircuitState, reason: string): void;
}

export interface Unavailable {
  readonly outcome: 'unavailable';
  /** What the guards found: fit for rows and metrics. */
  readonly code: 'busy' | 'circuit-open' | 'no-answer' | 'defect';
  readonly detail: string;
}

export interface CallGuards {
  /**
   * Makes the call unless there are too many already or the other side failed too often just now. Never throws, never retries.
   *
   * @param call is given what aborts when its time is up
   */
  guarded<Outcome extends { readonly outcome: string }>(
    call: (signal: AbortSignal) => Promise<Outcome>,
  ): Promise<Outcome | Unavailable>;
  circuit(): Circuit;
}

/**
 * A bulkhead, a circuit breaker and a limit of time around calls that ask for something, so that a dependency that is slow or
 * gone costs neither connections nor patience. An outcome `unavailable` is a failure; every other one is an answer.
 */
export function createCallGuards(options: CallGuardOptions): CallGuards {
  const { dependency, observer } = options;
  const bulkhead = createBulkhead(options.concurrency, options.queue);
  const breaker = createCircuitBreaker({
    ...options.breaker,
    onChange: (state, reason) => observer?.circuitChanged(dependency, state, reason),
  });

  return {
    async guarded(call) {
      const deadline = AbortSignal.timeout(options.timeoutMilliseconds);
      const leave = await bulkhead.enter(deadline);
      if (leave === undefined) return unavailable('busy', 'too many calls wait already');
      const pass = breaker.enter();
      if (pass === undefined) {
        leave();
        return unavailable('circuit-open', 'the provider failed too often just now');
      }
      const startedAt = performance.now();
      const outcome = await within(deadline, call);
      leave();
      if (outcome.outcome === 'unavailable') pass.failed();
      else pass.succeeded();
      observer?.called(dependency, outcome.outcome, performance.now() - startedAt);
      return outcome;
    },
    circuit: () => breaker.circuit,
  };
}

const unavailable = (code: Unavailable['code'], detail: string): Unavailable => ({
  outcome: 'unavailable',
  code,
  detail,
});

async function within<Outcome>(
  deadline: AbortSignal,
  call: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome | Unavailable> {
  const late = Promise.withResolvers<Unavailable>();
  const end = (): void => late.resolve(unavailable('no-answer', 'no answer in time'));
  if (deadline.aborted) return unavailable('no-answer', 'no answer in time');
  deadline.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([call(deadline), late.promise]);
  } catch (error) {
    // An adapter that throws has a defect; its words may hold what they should not.
    return unavailable('defect', error instanceof Error ? error.name : 'unknown error');
  } finally {
    deadline.removeEventListener('abort', end);
  }
}
