import type { CallOptions, PaymentOutcome, PaymentProvider } from '../src/ports/payments.ts';
import { createCallGuards } from './call-guards.ts';
import type { CallGuardOptions, Unavailable } from './call-guards.ts';

/** Half of at least ten calls in a minute failing refuses further ones for half a minute. */
export const usualPaymentGuards: Omit<CallGuardOptions, 'dependency' | 'observer'> = {
  timeoutMilliseconds: 30_000,
  concurrency: 20,
  queue: 200,
  breaker: { windowMilliseconds: 60_000, minimumCalls: 10, failureRate: 0.5, pauseMilliseconds: 30_000 },
};

/** Records a call in a trace, and gives the call the context to pass on. */
export type PaymentTracer = <Outcome extends { readonly outcome: string }>(
  dependency: string,
  origin: string | undefined,
  call: (traceparent?: string) => Promise<Outcome>,
) => Promise<Outcome>;

/**
 * Surrounds a provider with a bulkhead, a circuit breaker and a limit of time. Never retries: jobs do, under the same key. A call
 * that these refuse was certainly not made; one whose time is up may have been.
 */
export function withPaymentGuards<Provider extends PaymentProvider>(
  provider: Provider,
  options: CallGuardOptions & { readonly trace?: PaymentTracer },
): Provider {
  const { guarded, circuit } = createCallGuards(options);
  const { dependency } = options;
  const trace: PaymentTracer = options.trace ?? ((_dependency, origin, call) => call(origin));
  const around = <Outcome extends { readonly outcome: string }>(
    { signal, traceparent: origin }: CallOptions,
    call: (options: CallOptions) => Promise<Outcome>,
  ): Promise<Outcome | Unavailable> =>
    guarded((deadline) =>
      trace(dependency, origin, (traceparent) => call({ signal: AbortSignal.any([signal, deadline]), traceparent })),
    );
  return {
    ...provider,
    startPayment: async (command, call) => moved(await around(call, (own) => provider.startPayment(command, own))),
    capture: async (command, call) => moved(await around(call, (own) => provider.capture(command, own))),
    void: async (command, call) => moved(await around(call, (own) => provider.void(command, own))),
    refund: async (command, call) => moved(await around(call, (own) => provider.refund(command, own))),
    fetch: (payment, call) => around(call, (own) => provider.fetch(payment, own)),
    list: (period, call) => around(call, (own) => provider.list(period, own)),
    circuit,
  };
}

function moved<Done>(outcome: PaymentOutcome<Done> | Unavailable): PaymentOutcome<Done> {
  if (outcome.outcome !== 'unavailable') return outcome;
  const { code, detail } = outcome;
  if (code === 'busy' || code === 'circuit-open') return { outcome: 'declined', code, detail, retryable: true };
  return { outcome: 'unknown', detail };
}
