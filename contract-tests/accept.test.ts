/** Walks every operation: a representation that it does not have is 406, and every way to ask for one it has is heard. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import type { Route } from '../src/contract/route.ts';
import { internalScope } from '../src/http/service-token.ts';
import { pathOf } from './walks/routes.ts';
import { createWorld } from './walks/world.ts';
import type { World } from './walks/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world.close());

const every = routes.map((route): [string, Route] => [route.operationId, route]);

describe.each(every)('%s', (_, route) => {
  const produced = Object.entries(route.responses)
    .filter(([status]) => Number(status) < 300)
    .flatMap(([, { content }]) => content.map(({ mediaType }) => mediaType));

  /** Refused for its parameter at the latest, so that nothing happens. */
  const codeUnder = async (accept: string): Promise<string> => {
    const answer = await world.portico.request(route.method, `${pathOf(route)}?no-such-parameter=1`, {
      token: world.admin.token,
      headers: { accept },
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    return ((await answer.json()) as { code: string }).code;
  };

  if (produced.length > 0) {
    const foreign = produced.some((type) => type.startsWith('image/')) ? 'audio/*' : 'image/*';
    test.each(['application/x-nothing', foreign, `${produced[0]};q=0`])('refuses %s', async (accept) => {
      expect(await codeUnder(accept)).toBe('not-acceptable');
    });
  }

  test('takes what it has, by name, by kind, and among others', async () => {
    // What it may be asked for is judged first; no person has the scope of services.
    const heard = route.scopes?.includes(internalScope) === true ? 'insufficient-scope' : 'validation-failed';
    const kinds = produced.map((type) => `${type.split('/')[0]}/*`);
    for (const accept of ['*/*', 'application/x-nothing, */*;q=0.1', ...produced, ...kinds]) {
      expect([accept, await codeUnder(accept)]).toEqual([accept, heard]);
    }
  });
});
