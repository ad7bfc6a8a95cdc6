import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type {
  AuthorizationAnswer,
  AuthorizationRequest,
  IdentificationOutcome,
  SocialLoginProvider,
  SocialPerson,
} from '../../src/ports/social-login.ts';

/** One provider, and a person who logs in at it. */
export interface LoginHarness {
  readonly provider: SocialLoginProvider;
  /** Who comes back, as far as the provider tells. */
  readonly person: SocialPerson;
  /** The person's browser goes there and agrees. @returns the address it is sent back to */
  agree(url: string): Promise<string>;
  /** What must stand in no outcome. */
  readonly secrets: readonly string[];
}

/** A way to the provider and back, with what both ends remember. */
export interface Walk {
  readonly request: AuthorizationRequest;
  readonly answer: AuthorizationAnswer;
}

const random = (): string => randomBytes(32).toString('base64url');

/** Goes to the provider and comes back. */
export async function walk({ provider, agree }: LoginHarness, redirectUri = 'https://app.example/back'): Promise<Walk> {
  const codeVerifier = random();
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const request = { state: random(), nonce: random(), codeChallenge, redirectUri };
  const authorization = await provider.authorize(request);
  if (authorization.outcome !== 'ready') throw new Error(authorization.detail);
  const back = new URL(await agree(authorization.url)).searchParams;
  const of = (name: string): string => back.get(name) ?? '';
  const { state, nonce } = request;
  return {
    request,
    answer: {
      ...{ code: of('code'), state, nonce, codeVerifier, redirectUri },
      ...{ issuer: back.get('iss') ?? undefined, deviceId: back.get('device_id') ?? undefined },
    },
  };
}

/** A browser that follows one redirect of a simulator. */
export async function followOnce(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' });
  return response.headers.get('location') ?? '';
}

/** What every provider must do. */
export function testSocialLogin(harness: () => LoginHarness): void {
  const refusal = async (change: Partial<AuthorizationAnswer>): Promise<IdentificationOutcome> => {
    const { answer } = await walk(harness());
    return harness().provider.identify({ ...answer, ...change });
  };

  test('identifies the person who comes back', async () => {
    const { answer } = await walk(harness());
    const outcome = await harness().provider.identify(answer);
    expect(outcome).toEqual({ outcome: 'identified', person: harness().person });
  });

  test('sends people away with state and an S256 challenge, and with nothing secret', async () => {
    const { answer, request } = await walk(harness());
    const authorization = await harness().provider.authorize(request);
    const url = authorization.outcome === 'ready' ? authorization.url : '';
    expect(url).toContain(request.state);
    expect(url).not.toContain(answer.codeVerifier);
    for (const secret of harness().secrets) expect(url).not.toContain(secret);
  });

  test('gives a person once for a code', async () => {
    const { answer } = await walk(harness());
    const outcomes = await Promise.all([1, 2, 3].map(() => harness().provider.identify(answer)));
    expect(outcomes.filter(({ outcome }) => outcome === 'identified')).toHaveLength(1);
    expect((await harness().provider.identify(answer)).outcome).toBe('refused');
  });

  test.each<[string, () => Partial<AuthorizationAnswer>]>([
    ['a made-up code', () => ({ code: random() })],
    ['the verifier of another request', () => ({ codeVerifier: random() })],
    ['another address to come back to', () => ({ redirectUri: 'https://evil.example/back' })],
  ])('refuses %s', async (_, change) => {
    const outcome = await refusal(change());
    expect(outcome.outcome).toBe('refused');
  });

  test('repeats in no outcome what came or what it knows', async () => {
    const { answer } = await walk(harness());
    const outcome = await harness().provider.identify({ ...answer, codeVerifier: random() });
    for (const secret of [answer.code, answer.state, ...harness().secrets]) {
      expect(JSON.stringify(outcome)).not.toContain(secret);
    }
  });
}
