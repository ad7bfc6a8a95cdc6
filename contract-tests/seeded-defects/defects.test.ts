/** The table itself, without running it: nothing that promises to notice defects is left unproven. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

import { routes } from '../../src/contract/generated/routes.ts';
import { fieldsOf, isFor, queryOf, withQuery } from './defect.ts';
import type { Message } from './defect.ts';
import { defects, shareOf } from './defects.ts';
import { failedChecks, testOutcomes } from './judge.ts';
import { walk } from './walks.ts';

/** Every check of schemathesis 4.32, except those that cannot fail here. */
const builtIn = [
  ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance'],
  ...['response_schema_conformance', 'negative_data_rejection', 'positive_data_acceptance', 'missing_required_header'],
  ...['unsupported_method', 'allow_header_conformance', 'use_after_free', 'ensure_resource_availability'],
  ...['ignored_auth', 'max_response_time'],
  // object_level_authorization needs a second caller, whom the hooks do not have: authorization.test.ts is about that.
];

test('every check of schemathesis and of hooks.py has a defect', () => {
  const hooks = readFileSync(new URL('../hooks.py', import.meta.url), 'utf8');
  const own = [...hooks.matchAll(/@schemathesis\.check\ndef (\w+)/g)].map(([, name]) => name);
  const proven = defects.flatMap(({ caughtBy }) => ('check' in caughtBy ? caughtBy.check : []));
  expect([...new Set(proven)].toSorted()).toEqual([...builtIn, ...own].toSorted());
});

test('every walk has a defect', () => {
  const proven = defects.flatMap(({ caughtBy }) => ('walk' in caughtBy ? caughtBy.walk : []));
  expect([...new Set(proven)].toSorted()).toEqual(Object.values(walk).toSorted());
});

test('no two defects are the same, and the share has one for each check and walk', () => {
  expect(new Set(defects.map(({ name }) => name)).size).toBe(defects.length);
  const all = new Set(defects.map(({ caughtBy }) => ('check' in caughtBy ? caughtBy.check : caughtBy.walk)));
  expect(shareOf(defects)).toHaveLength(all.size);
});

test('operations that defects are tried on exist', () => {
  const known = routes.map(({ operationId }) => operationId);
  const tried = defects.flatMap(({ caughtBy }) => ('check' in caughtBy ? caughtBy.operations : []));
  expect(tried.filter((operationId) => !known.includes(operationId))).toEqual([]);
});

const message: Message = { method: 'GET', url: '/api/v1/users/7?limit=5', headers: {}, body: Buffer.from('[1]') };

test('requests are told apart by method and path', () => {
  expect(isFor('getUser', message)).toBe(true);
  expect(isFor('getUser', { ...message, url: '/api/v1/users/7/roles' })).toBe(false);
  expect(isFor('updateUserRoles', { method: 'PUT', url: '/api/v1/users/7/roles' })).toBe(true);
});

test('messages are changed as a whole', () => {
  expect(withQuery(message, new URLSearchParams()).url).toBe('/api/v1/users/7');
  expect(queryOf(message).get('limit')).toBe('5');
  expect(fieldsOf(message)).toEqual({});
  expect(fieldsOf({ ...message, body: Buffer.from('{"a":1}') })).toEqual({ a: 1 });
});

test('the checks that failed are read from the events of schemathesis', () => {
  const checks = { a: [{ name: 'ignored_auth', status: 'failure' }], b: [{ name: 'other', status: 'success' }] };
  const lines = [
    { Initialize: {} },
    { ScenarioFinished: { recorder: { checks } } },
    { ScenarioFinished: { recorder: {} } },
  ];
  expect(failedChecks(lines.map((line) => JSON.stringify(line)).join('\n'))).toEqual(['ignored_auth']);
});

test('a test that broke has not caught anything', () => {
  const result = (fullName: string, status: string, failureDetails: { matcherResult?: unknown }[] = []) => ({
    ...{ fullName, status, failureDetails },
    failureMessages: [],
  });
  const assertionResults = [
    result('good', 'passed'),
    result('expected otherwise', 'failed', [{ matcherResult: {} }]),
    result('threw', 'failed', [{}]),
    result('left out', 'pending'),
  ];
  const outcomes = testOutcomes({
    testResults: [
      { message: '', assertionResults },
      { message: 'does not compile', assertionResults: [] },
    ],
  });
  expect(outcomes.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['good', 'passed'],
    ['expected otherwise', 'failed'],
    ['threw', 'broken'],
    ['the file', 'broken'],
  ]);
});
