import { describe, expect, test } from '@jest/globals';
import { routes } from './generated/routes.ts';
import { responseBreaches, type Answer } from './validate-response.ts';
import type { Route } from './route.ts';

const requestId = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90';
const common = new Set(['validation-failed', 'unavailable', 'method-not-allowed']);

function breaches(operationId: string, answer: Partial<Answer>): string[] {
  const route = routes.find((candidate) => candidate.operationId === operationId) as Route;
  return responseBreaches(
    route,
    { status: 200, headers: { 'x-request-id': requestId }, body: undefined, mediaType: null, ...answer },
    common,
  );
}

function problem(status: number, code: string): Partial<Answer> {
  const body = { type: `/problems/${code}`, title: 'Refused', status, code, requestId };
  return { status, body, mediaType: 'application/problem+json' };
}

const alive = { body: { status: 'alive' }, mediaType: 'application/json' };

describe('an answer that keeps its word', () => {
  test('has no breach', () => {
    expect(breaches('getLiveness', alive)).toEqual([]);
    expect(breaches('getLiveness', problem(400, 'validation-failed'))).toEqual([]);
  });

  test('may be a refusal of the protocol, which no operation lists', () => {
    expect(breaches('getLiveness', problem(405, 'method-not-allowed'))).toEqual([]);
  });

  test('may name headers in any case and give numbers', () => {
    const headers = { 'X-REQUEST-ID': requestId, 'retry-after': 30 };
    expect(breaches('getLiveness', { ...problem(503, 'unavailable'), headers })).toEqual([]);
  });
});

describe('an answer that breaks its word is found by', () => {
  test.each<[string, Partial<Answer>, string]>([
    ['its status', { ...alive, status: 201 }, 'status 201 is not declared'],
    ['its media type', { ...alive, mediaType: 'text/plain' }, 'media type text/plain is not declared for 200'],
    ['its missing body', {}, 'media type none is not declared for 200'],
    ['a wrong value', { ...alive, body: { status: 'dead' } }, 'body /status must be "alive"'],
    [
      'a leaked property',
      { ...alive, body: { status: 'alive', host: 'db1' } },
      'body /host is not a known field; leave it out',
    ],
    ['a dropped property', { ...alive, body: {} }, 'body /status is missing'],
    ['a missing header', { ...alive, headers: {} }, 'header X-Request-Id is missing'],
    [
      'a malformed header',
      { ...alive, headers: { 'x-request-id': '7' } },
      'header X-Request-Id must have at least 36 characters',
    ],
    [
      'a header that is no number',
      { ...problem(503, 'unavailable'), headers: { 'x-request-id': requestId, 'retry-after': 'soon' } },
      'header Retry-After must be an integer, but is a string',
    ],
    ['an undeclared refusal', problem(400, 'moon-too-full'), 'problem moon-too-full is not in x-problems'],
    [
      'a protocol refusal of another form',
      { status: 405, body: 'no', mediaType: 'text/plain' },
      'media type text/plain is not declared for 405',
    ],
  ])('%s', (_what, answer, breach) => {
    expect(breaches('getLiveness', answer)).toContain(breach);
  });

  test('a body where there is none', () => {
    expect(breaches('deleteSession', { status: 204, body: {}, mediaType: 'application/json' })).toContain(
      'status 204 has no body',
    );
  });
});
