import { newId } from '../../src/shared/id.ts';
import { good } from './answers.ts';
import type { Person, World } from './world.ts';

/** Unlinks what is linked to the person's account, and goes as far as the challenge for linking somebody new. */
export async function beginSocialLink(
  { portico, call }: Pick<World, 'portico' | 'call'>,
  person: Person,
): Promise<string> {
  const own = '/api/v1/social-identities';
  const { identities } = await call<{ identities: { id: string }[] }>(person, 'GET', own);
  for (const { id } of identities) await call(person, 'DELETE', `${own}/${id}`);
  const { authorizationUrl, ticket } = await call<Record<'authorizationUrl' | 'ticket', string>>(
    person,
    'POST',
    '/api/v1/auth/social/link',
    { body: { provider: 'sandbox', loginHint: `somebody-${newId()}` } },
  );
  const { code, state } = Object.fromEntries(new URL(authorizationUrl).searchParams);
  const back = await portico.request('POST', '/api/v1/auth/social/complete', { body: { code, state, ticket } });
  return (await good<{ challenge: string }>(back)).challenge;
}
