import { rateText } from '../../shared/rate.ts';
import type { ExchangeRate } from './exchange-rate.ts';
import type { RateProviderStatus } from './get-rate-providers.ts';
import type { QuarantinedRate } from './quarantine-store.ts';
import type { RateFetch } from './rate-fetch.ts';

// Domain to wire, one function per schema of openapi/exchange-rates.yaml. What is null here is absent there.

export function rateBody({ from, to, rate, base, provider, asOf, stale }: ExchangeRate) {
  return { base: from, quote: to, rate: rateText(rate), asOf, provider, publishedBase: base, stale };
}

export function fetchBody({ requestId, askedDate, asOf, detail, beganAt, endedAt, ...rest }: RateFetch) {
  return {
    ...rest,
    ...(requestId === null ? {} : { requestId }),
    ...(askedDate === null ? {} : { date: askedDate }),
    ...(asOf === null ? {} : { asOf }),
    ...(detail === null ? {} : { detail }),
    beganAt: beganAt.toISOString(),
    endedAt: endedAt.toISOString(),
  };
}

export function quarantinedBody(rate: QuarantinedRate) {
  const { releasedAt, releasedBy } = rate;
  return {
    id: rate.id,
    provider: rate.provider,
    base: rate.base,
    quote: rate.quote,
    asOf: rate.asOf,
    rate: rateText(rate.rate),
    fetchedAt: rate.fetchedAt.toISOString(),
    referenceRate: rateText(rate.referenceRate),
    referenceDate: rate.referenceDate,
    ...(releasedAt === null ? {} : { releasedAt: releasedAt.toISOString() }),
    ...(releasedBy === null ? {} : { releasedBy }),
  };
}

export function providerBody({ provider, lastFetch }: RateProviderStatus) {
  const circuit = provider.circuit?.();
  return {
    name: provider.name,
    ...(circuit === undefined ? {} : { circuit: { state: circuit.state, reason: circuit.reason } }),
    ...(lastFetch === undefined ? {} : { lastFetch: fetchBody(lastFetch) }),
  };
}
