import type { SocialLoginProvider } from '../src/ports/social-login.ts';
import { createCallGuards } from './call-guards.ts';
import type { CallGuardOptions } from './call-guards.ts';

/** Half of at least 20 calls in 30 s failing refuses further ones for 10 s; a provider is three requests at most. */
export const usualLoginGuards: Omit<CallGuardOptions, 'dependency' | 'observer'> = {
  timeoutMilliseconds: 10_000,
  concurrency: 50,
  queue: 100,
  breaker: { windowMilliseconds: 30_000, minimumCalls: 20, failureRate: 0.5, pauseMilliseconds: 10_000 },
};

/**
 * Surrounds a provider with guards. Never retries: a code is good once, and whether a lost call used it up nobody knows. A
 * refused code is an answer: the other side is well. Never throws.
 */
export function withLoginGuards(provider: SocialLoginProvider, options: CallGuardOptions): SocialLoginProvider {
  const { guarded } = createCallGuards(options);
  return {
    name: provider.name,
    title: provider.title,
    authorize: (request) => guarded(() => provider.authorize(request)),
    identify: (answer) => guarded(() => provider.identify(answer)),
  };
}
