import { createExchangeratesapi } from '../adapters/exchange-rates/exchangeratesapi.ts';
import { createFrankfurterRates } from '../adapters/exchange-rates/frankfurter.ts';
import { createOpenExchangeRates } from '../adapters/exchange-rates/open-exchange-rates.ts';
import { createSandboxRates } from '../adapters/exchange-rates/sandbox.ts';
import { usualRateGuards, withRateGuards } from '../adapters/rate-guards.ts';
import type { RateProvider } from './ports/exchange-rates.ts';
import type { VendorWatch } from './ports/vendor-watch.ts';
import type { VendorObserver } from './process/observers.ts';
import type { RateProviderName, RateSettings } from './rate-config.ts';
import type { Clock } from './shared/clock.ts';
import { traceCall } from './telemetry/tracing.ts';

/** The configured providers of exchange rates in their order, each behind its own guards. */
export function createRateProviders(
  settings: RateSettings,
  { observer, watch, clock }: { observer: VendorObserver; watch: VendorWatch; clock: Clock },
): readonly RateProvider[] {
  const { urls, openExchangeRatesAppId: appId, exchangeratesapiAccessKey: accessKey } = settings;
  const create: Readonly<Record<RateProviderName, () => RateProvider>> = {
    sandbox: () => createSandboxRates(clock),
    frankfurter: () => createFrankfurterRates({ watch, url: urls.frankfurter }),
    'open-exchange-rates': () => createOpenExchangeRates({ appId, watch, url: urls['open-exchange-rates'] }),
    exchangeratesapi: () => createExchangeratesapi({ accessKey, watch, url: urls.exchangeratesapi }),
  };
  return settings.providers.map((name) => {
    const dependency = `exchange-rates:${name}`;
    observer.begin(dependency, ['answered', 'no-rates', 'throttled', 'unavailable']);
    return withRateGuards(create[name](), { ...usualRateGuards, dependency, observer, trace: traceCall });
  });
}
