import type { RateProvider, RatesOutcome } from '../src/ports/exchange-rates.ts';
import { createCallGuards } from './call-guards.ts';
import type { CallGuardOptions } from './call-guards.ts';

/** Passes on the trace of whoever asks, where it is recorded. */
export type AskTracer = (
  dependency: string,
  origin: string | undefined,
  call: (traceparent?: string) => Promise<RatesOutcome>,
) => Promise<RatesOutcome>;

/** A provider is asked some six times a day: three failures in an hour refuse further calls for ten minutes. */
export const usualRateGuards: Omit<CallGuardOptions, 'dependency' | 'observer'> = {
  timeoutMilliseconds: 20_000,
  concurrency: 2,
  queue: 10,
  breaker: { windowMilliseconds: 3_600_000, minimumCalls: 3, failureRate: 0.5, pauseMilliseconds: 600_000 },
};

/** Surrounds a provider with guards. Never retries: the job that asks is repeated, and another provider is asked meanwhile. */
export function withRateGuards(
  provider: RateProvider,
  options: CallGuardOptions & { readonly trace?: AskTracer },
): RateProvider {
  const { guarded, circuit } = createCallGuards(options);
  const trace: AskTracer = options.trace ?? ((_dependency, origin, call) => call(origin));
  return {
    name: provider.name,
    ask: (day, { signal, traceparent: origin }) =>
      guarded((deadline) =>
        trace(options.dependency, origin, (traceparent) =>
          provider.ask(day, { signal: AbortSignal.any([signal, deadline]), traceparent }),
        ),
      ),
    circuit,
  };
}
