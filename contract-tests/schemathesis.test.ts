import { describe, expect, test } from '@jest/globals';

import type { OpenApiDocument } from './document.ts';
import { schemathesisConfig } from './schemathesis-config.ts';
import { judge } from './schemathesis.ts';
import type { Report } from './schemathesis.ts';

const document: OpenApiDocument = {
  paths: {
    '/things': {
      get: { operationId: 'listThings', parameters: [{ $ref: '#/components/parameters/Cursor' }], responses: {} },
    },
    '/things/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true }],
      get: { operationId: 'getThing', responses: {} },
      patch: {
        operationId: 'updateThing',
        parameters: [{ name: 'If-Match', in: 'header', required: true }],
        responses: {},
      },
    },
    '/things/{id}/events': {
      get: { operationId: 'streamThing', responses: { '200': { content: { 'text/event-stream': {} } } } },
    },
  },
  components: { parameters: { Cursor: { name: 'cursor', in: 'query' } } },
};

describe('the configuration', () => {
  const config = schemathesisConfig(document, {
    maxExamples: 7,
    exclusions: [{ operationId: 'getThing', check: 'use_after_free', reason: 'because' }],
  });
  const blockOf = (operationId: string): string =>
    config.split('[[operations]]').find((block) => block.includes(`"${operationId}"`)) ?? '';

  test('allows a stale tag only where there is an If-Match', () => {
    expect(blockOf('updateThing')).toContain('["2xx", "3xx", 401, 403, 404, 409, 429, 412]');
    expect(blockOf('listThings')).not.toContain('412');
  });

  test('allows a made-up cursor only in lists', () => {
    expect(blockOf('listThings')).toContain('["2xx", "3xx", 401, 403, 404, 409, 429, 400]');
    expect(blockOf('updateThing')).not.toContain('400');
  });

  test('reads a few events of a stream', () => {
    expect(blockOf('streamThing')).toContain('max-stream-events = 3');
  });

  test('carries each exclusion with its reason', () => {
    expect(blockOf('getThing')).toContain('# because\nchecks.use_after_free.enabled = false');
  });

  test('fails on every warning', () => {
    expect(config).toContain('warnings.fail-on = true');
    expect(config).toContain('max-examples = 7');
  });
});

describe('the verdict', () => {
  const served = { examples: { accepted: 1 }, coverage: { accepted: 3 }, fuzzing: { accepted: 0 } };
  const report: Report = {
    complete: true,
    operations: { total: 2, tested: 2 },
    test_cases: { generated: 100 },
    failures: [],
    errors: [],
    warnings: { missing_auth: [] },
    valid_rates: { 'GET /a': served, 'GET /b': served },
  };

  test('counts one test per operation and one for having served it', () => {
    expect(judge(report, 0)).toMatchObject({ passed: 4, failures: [] });
  });

  test('an operation that served no valid request has failed', () => {
    const refused = { ...served, coverage: { accepted: 0 } };
    const { passed, failures } = judge({ ...report, valid_rates: { 'GET /a': served, 'GET /b': refused } }, 0);
    expect({ passed, failures }).toEqual({
      passed: 3,
      failures: ['served: GET /b: no valid request succeeded (coverage)'],
    });
  });

  test.each([
    ['a failure', { failures: [{ title: 'Server error', operations: ['GET /a', 'GET /b'] }] }, 2],
    ['a warning', { warnings: { missing_auth: ['GET /a'] } }, 1],
    ['an error', { errors: [{ message: 'Network error' }] }, 1],
    ['a run that stopped early', { complete: false }, 1],
  ])('%s fails', (_, change, failed) => {
    expect(judge({ ...report, ...change }, 1).failures).toHaveLength(failed);
  });

  test('an exit code without a reason fails too', () => {
    expect(judge(report, 2).failures).toEqual(['schemathesis: exit 2']);
  });
});
