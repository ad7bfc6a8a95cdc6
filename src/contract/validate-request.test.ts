import { describe, expect, test } from '@jest/globals';
import { routes } from './generated/routes.ts';
import type { OperationId } from './handlers.ts';
import { maxFieldErrors } from './field-errors.ts';
import type { Route } from './route.ts';
import { maxExplainedBytes, validateRequest, type RawRequest } from './validate-request.ts';

function route(operationId: OperationId): Route {
  const found = routes.find((candidate) => candidate.operationId === operationId);
  if (found === undefined) throw new Error(`There is no route ${operationId}.`);
  return found;
}

function raw(parts: Partial<RawRequest> = {}): RawRequest {
  return { path: {}, query: '', headers: {}, body: null, mediaType: null, bodyBytes: 0, ...parts };
}

function json(body: unknown): RawRequest {
  return raw({ body, mediaType: 'application/json', bodyBytes: JSON.stringify(body).length });
}

const login = { email: 'sara@example.com', password: 'correct horse battery staple' };

describe('a valid request', () => {
  test('gives the parts the operation has, decoded, with defaults', async () => {
    const verdict = await validateRequest(route('listSessions'), raw({ query: 'limit=5' }));
    expect(verdict).toEqual({ valid: true, input: { query: { limit: 5 } } });
    const bare = await validateRequest(route('listSessions'), raw());
    expect(bare).toEqual({ valid: true, input: { query: { limit: 20 } } });
  });

  test('gives the body as it came', async () => {
    expect(await validateRequest(route('createSession'), json(login))).toEqual({
      valid: true,
      input: { body: login },
    });
  });

  test('gives path parameters and header parameters under their declared names', async () => {
    const sessionId = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90';
    const verdict = await validateRequest(route('deleteSession'), raw({ path: { sessionId } }));
    expect(verdict).toEqual({ valid: true, input: { path: { sessionId } } });
  });
});

describe('a wrong request', () => {
  test('is told every wrong field at once, wherever it stands', async () => {
    const verdict = await validateRequest(route('createSession'), { ...json({ email: 5, extra: 1 }), query: 'page=2' });
    expect(verdict.valid ? [] : verdict.errors).toEqual([
      { pointer: '?page', detail: 'is not a known parameter; leave it out' },
      { pointer: '/password', detail: 'is missing' },
      { pointer: '/extra', detail: 'is not a known field; leave it out' },
      { pointer: '/email', detail: 'must be a string, but is an integer' },
    ]);
  });

  test.each([
    ['nothing', null],
    ['an absent body', undefined],
  ])('without its body (%s) is told so', async (_what, body) => {
    await expect(validateRequest(route('createSession'), raw({ body }))).resolves.toEqual({
      valid: false,
      errors: [{ pointer: '', detail: 'is missing: this operation needs a body' }],
    });
  });

  test.each([
    ['0', 'must be at least 1'],
    ['101', 'must be at most 100'],
    ['0x10', 'must be an integer, but is a string'],
    ['1e1', 'must be an integer, but is a string'],
    ['%205%20', 'must be an integer, but is a string'],
    ['', 'must be an integer, but is a string'],
    ['5&limit=6', 'is given more than once; give it once'],
    ['%ZZ', 'is not percent-encoded UTF-8; write % itself as %25'],
  ])('with limit=%s is told once what would be right', async (text, detail) => {
    await expect(validateRequest(route('listSessions'), raw({ query: `limit=${text}` }))).resolves.toEqual({
      valid: false,
      errors: [{ pointer: '?limit', detail }],
    });
  });

  test('gets a short list, and for a large body only the first error', async () => {
    const fields = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`field${index}`, 1]));
    const small = await validateRequest(route('createSession'), json({ ...login, ...fields }));
    expect(small.valid ? 0 : small.errors.length).toBe(maxFieldErrors);
    const large = { ...json({ ...login, ...fields }), bodyBytes: maxExplainedBytes + 1 };
    const verdict = await validateRequest(route('createSession'), large);
    expect(verdict.valid ? 0 : verdict.errors.length).toBe(1);
  });

  test('may use any name without harm', async () => {
    const verdict = await validateRequest(route('listSessions'), raw({ query: '__proto__=1&constructor=2' }));
    expect(verdict.valid ? [] : verdict.errors.map(({ pointer }) => pointer).sort()).toEqual([
      '?__proto__',
      '?constructor',
    ]);
  });
});
