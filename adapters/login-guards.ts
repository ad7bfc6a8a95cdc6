import type { CircuitState } from '../src/ports/send-outcome.ts';
import type { SocialLoginProvider } from '../src/ports/social-login.ts';
import { createBulkhead } from './bulkhead.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerOptions } from './circuit-breaker.ts';

export interface LoginGuardOptions {
  /** After this long somebody who logs in has waited enough. */
  readonly timeoutMilliseconds: number;
  /** Calls at once, and how many more may wait for a place. */
  readonly concurrency: number;
  readonly queue: number;
  readonly breaker: Omit<CircuitBreakerOptions, 'onChange' | 'now'>;
  /** The name in metrics. */
  readonly dependency: string;
  readonly observer?: LoginObserver;
}

/** Hears about every call, for metrics. Must not throw. */
export interface LoginObserver {
  called(dependency: string, outcome: string, milliseconds: number): void;
  circuitChanged(dependency: string, state: CircuitState, reason: string): void;
}

/** Half of at least 20 calls in 30 s failing refuses further ones for 10 s; a provider is three requests at most. */
export const usualLoginGuards: Omit<LoginGuardOptions, 'dependency' | 'observer'> = {
  timeoutMilliseconds: 10_000,
  concurrency: 50,
  queue: 100,
  breaker: { windowMilliseconds: 30_000, minimumCalls: 20, failureRate: 0.5, pauseMilliseconds: 10_000 },
};

/**
 * Surrounds a provider with a bulkhead, a circuit breaker and a limit of time, so that one that is slow or gone costs neither
 * connections nor patience. Never retries: a code is good once, and whether a lost call used it up nobody knows. Never throws.
 */
export function withLoginGuards(provider: SocialLoginProvider, options: LoginGuardOptions): SocialLoginProvider {
  const { dependency, observer } = options;
  const bulkhead = createBulkhead(options.concurrency, options.queue);
  const breaker = createCircuitBreaker({
    ...options.breaker,
    onChange: (state, reason) => observer?.circuitChanged(dependency, state, reason),
  });

  async function guarded<Outcome extends { readonly outcome: string }>(
    call: () => Promise<Outcome>,
  ): Promise<Outcome | Unavailable> {
    const deadline = AbortSignal.timeout(options.timeoutMilliseconds);
    const leave = await bulkhead.enter(deadline);
    if (leave === undefined) return unavailable('too many log-ins at this provider wait already');
    const pass = breaker.enter();
    if (pass === undefined) {
      leave();
      return unavailable('the provider failed too often just now');
    }
    const startedAt = performance.now();
    const outcome = await within(deadline, call);
    leave();
    // A refused code is an answer: the other side is well.
    if (outcome.outcome === 'unavailable') pass.failed();
    else pass.succeeded();
    observer?.called(dependency, outcome.outcome, performance.now() - startedAt);
    return outcome;
  }

  return {
    name: provider.name,
    title: provider.title,
    authorize: (request) => guarded(() => provider.authorize(request)),
    identify: (answer) => guarded(() => provider.identify(answer)),
  };
}

type Unavailable = { readonly outcome: 'unavailable'; readonly detail: string };

const unavailable = (detail: string): Unavailable => ({ outcome: 'unavailable', detail });

async function within<Outcome>(deadline: AbortSignal, call: () => Promise<Outcome>): Promise<Outcome | Unavailable> {
  const late = Promise.withResolvers<Unavailable>();
  const end = (): void => late.resolve(unavailable('no answer in time'));
  if (deadline.aborted) return unavailable('no answer in time');
  deadline.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([call(), late.promise]);
  } catch (error) {
    // A provider that throws has a defect; its words may hold what they should not.
    return unavailable(error instanceof Error ? error.name : 'unknown error');
  } finally {
    deadline.removeEventListener('abort', end);
  }
}
