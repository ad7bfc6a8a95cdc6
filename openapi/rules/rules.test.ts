import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lintFromString, loadConfig } from '@redocly/openapi-core';
import type {
  Document,
  OperationObject,
  ParameterObject,
  ResponseObject,
  Schema,
} from '../../src/contract/generator/document.ts';
import { goodDocument } from './good-document.ts';
import { rules } from './portico.ts';

const config = await loadConfig({ configPath: join(import.meta.dirname, '../redocly.yaml') });

/** The names of the rules a document breaks. */
async function broken(document: Document): Promise<string[]> {
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: '/books.json', config });
  return [...new Set(problems.map(({ ruleId }) => ruleId))].sort();
}

/** The parts of the good document that defects are made in. */
interface Parts {
  readonly document: Document;
  readonly list: OperationObject;
  readonly create: OperationObject;
  readonly read: OperationObject;
  readonly remove: OperationObject;
  readonly download: OperationObject;
  readonly schemas: Record<string, Schema>;
  /** A property of Book. */
  property(name: string): Schema;
  parameter(operation: OperationObject, name: string): ParameterObject;
  response(operation: OperationObject, status: number): ResponseObject;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The good document lacks what the defect is made in.');
  return value;
}

function partsOf(document: Document): Parts {
  const schemas = present(document.components.schemas);
  const operation = (path: string, method: 'get' | 'post' | 'delete') => present(document.paths[path]?.[method]);
  return {
    document,
    list: operation('/books', 'get'),
    create: operation('/books', 'post'),
    read: operation('/books/{bookId}', 'get'),
    remove: operation('/books/{bookId}', 'delete'),
    download: operation('/books/{bookId}/text', 'get'),
    schemas,
    property: (name) => present(schemas['Book']?.properties?.[name]),
    parameter: (from, name) =>
      present(from.parameters?.find((item) => 'name' in item && item.name === name)) as ParameterObject,
    response: (from, status) => present(from.responses[status]) as ResponseObject,
  };
}

type Defect = [rule: string, what: string, damage: (parts: Parts) => void];

const without = (object: object, key: string) => Reflect.deleteProperty(object, key);
const headersOf = (response: ResponseObject) => present(response.headers);

const defects: Defect[] = [
  ['string-limits', 'a string without maxLength', ({ property }) => without(property('title'), 'maxLength')],
  ['string-limits', 'a string without constraint', ({ property }) => without(property('title'), 'pattern')],
  [
    'string-limits',
    'a format that checks nothing',
    ({ schemas }) => (schemas['Id'] = { type: 'string', maxLength: 36, format: 'password' }),
  ],
  ['format-list', 'a format nobody checks', ({ property }) => (property('title').format = 'hostname')],
  ['pattern-subset', 'no anchors', ({ property }) => (property('title')['pattern'] = '[a-z]+')],
  ['pattern-subset', 'an escaped end', ({ property }) => (property('title')['pattern'] = '^[a-z]+\\$')],
  ['pattern-subset', 'anchors around one alternative each', ({ property }) => (property('title')['pattern'] = '^a|b$')],
  ['pattern-subset', 'a lookahead', ({ property }) => (property('title')['pattern'] = '^(?=a)[a-z]+$')],
  ['pattern-subset', 'a lookbehind', ({ property }) => (property('title')['pattern'] = '^[a-z]+(?<!b)$')],
  ['pattern-subset', 'a Unicode property', ({ property }) => (property('title')['pattern'] = '^\\p{L}+$')],
  ['pattern-subset', 'a back reference', ({ property }) => (property('title')['pattern'] = '^([a-z])\\1$')],
  ['pattern-subset', 'a needless escape', ({ property }) => (property('title')['pattern'] = '^[a\\-z]+$')],
  ['pattern-subset', 'an exponential repetition', ({ property }) => (property('title')['pattern'] = '^(a+)+$')],
  ['pattern-subset', 'what the u flag refuses', ({ property }) => (property('title')['pattern'] = '^\\a$')],
  ['number-limits', 'no maximum', ({ property }) => without(property('pages'), 'maximum')],
  ['number-limits', 'no format', ({ property }) => without(property('pages'), 'format')],
  ['number-limits', 'more than int32', ({ property }) => (property('pages')['maximum'] = 2 ** 31)],
  [
    'number-limits',
    'more than JSON keeps',
    ({ property }) => Object.assign(property('pages'), { maximum: 2 ** 53, format: 'int64' }),
  ],
  ['collection-limits', 'an array without end', ({ property }) => without(property('tags'), 'maxItems')],
  ['collection-limits', 'a map without end', ({ schemas }) => without(present(schemas['Notes']), 'maxProperties')],
  ['collection-limits', 'a map with any names', ({ schemas }) => without(present(schemas['Notes']), 'propertyNames')],
  ['closed-objects', 'an open object', ({ schemas }) => without(present(schemas['Cover']), 'additionalProperties')],
  [
    'named-objects',
    'an object inside another',
    ({ schemas, property }) => Object.assign(property('cover'), { anyOf: [schemas['Cover'], { type: 'null' }] }),
  ],
  ['explicit-types', 'no type', ({ property }) => without(property('title'), 'type')],
  ['explicit-types', 'two types', ({ property }) => (property('title').type = ['string', 'integer'])],
  ['explicit-types', 'a nullable enum without null', ({ property }) => (property('language')['enum'] = ['fa', 'en'])],
  [
    'nullable-form',
    'anyOf as a union',
    ({ property }) =>
      Object.assign(property('cover'), {
        anyOf: [{ $ref: '#/components/schemas/Cover' }, { $ref: '#/components/schemas/Notes' }],
      }),
  ],
  ['default-place', 'a default on a required property', ({ property }) => (property('title').default = 'Untitled')],
  ['union-shape', 'no discriminator', ({ schemas }) => without(present(schemas['Binding']), 'discriminator')],
  [
    'union-shape',
    'a mapping that is not the tag',
    ({ schemas }) => (present(schemas['PaperBinding']?.properties)['kind'] = { type: 'string', const: 'cloth' }),
  ],
  ['union-shape', 'a tag that may be absent', ({ schemas }) => (present(schemas['PaperBinding']).required = [])],
  ['operation-names', 'a verb outside the list', ({ remove }) => (remove.operationId = 'dropBook')],
  ['explicit-access', 'no security', ({ download }) => without(download, 'security')],
  ['explicit-access', 'no rate-limit class', ({ read }) => without(read, 'x-rate-limit')],
  ['explicit-access', 'an unknown rate-limit class', ({ read }) => (read['x-rate-limit'] = 'often')],
  ['scopes-declared-and-used', 'an undeclared scope', ({ read }) => (read.security = [{ bearerAuth: ['books:burn'] }])],
  [
    'scopes-declared-and-used',
    'an undeclared scope that widens',
    ({ read }) => (read['x-widening-scopes'] = ['books:burn']),
  ],
  [
    'scopes-declared-and-used',
    'an unused scope',
    ({ document }) =>
      Object.assign(present(document.components.securitySchemes?.['bearerAuth']), {
        'x-scopes': { 'books:read': 'Read.', 'books:write': 'Write.', 'books:burn': 'Burn.' },
      }),
  ],
  [
    'idempotency-key',
    'a write without key or reason',
    ({ create }) => {
      create.parameters = [];
      create.responses = Object.fromEntries(Object.entries(create.responses).filter(([status]) => status !== '422'));
    },
  ],
  [
    'idempotency-key',
    'a required key',
    ({ create, parameter }) => (parameter(create, 'Idempotency-Key').required = true),
  ],
  ['idempotency-key', 'a key and a reason against it', ({ create }) => (create['x-no-idempotency-key'] = 'None.')],
  ['problem-codes', 'a code in camelCase', ({ create }) => (create['x-problems'] = ['titleTaken'])],
  ['problem-codes', 'a code twice', ({ create }) => (create['x-problems'] = ['title-taken', 'title-taken'])],
  [
    'audit-form',
    'an action in camelCase',
    ({ remove }) => (remove['x-audit'] = { action: 'bookGone', resource: 'book' }),
  ],
  ['audit-form', 'a read', ({ read }) => (read['x-audit'] = { action: 'book-read', resource: 'book' })],
  ['deprecation', 'no end', ({ remove }) => (remove.deprecated = true)],
  ['deprecation', 'an end without deprecation', ({ remove }) => (remove['x-sunset'] = '2027-01-01')],
  ['statuses', 'a missing 503', ({ read }) => without(read.responses, '503')],
  ['statuses', 'a missing 412', ({ remove }) => without(remove.responses, '412')],
  ['statuses', 'a range', ({ read, response }) => (read.responses['4XX'] = response(read, 404))],
  ['statuses', 'a default', ({ read, response }) => (read.responses['default'] = response(read, 404))],
  ['statuses', 'a status it cannot give', ({ read, response }) => (read.responses['422'] = response(read, 404))],
  [
    'problem-responses',
    'a refusal of another form',
    ({ read, response }) =>
      (response(read, 404).content = {
        'application/problem+json': { schema: { $ref: '#/components/schemas/Cover' }, example: { colour: 'red' } },
      }),
  ],
  [
    'platform-headers',
    'no request id',
    ({ read, response }) => without(headersOf(response(read, 200)), 'X-Request-Id'),
  ],
  ['platform-headers', 'no rate limit', ({ read, response }) => without(headersOf(response(read, 200)), 'RateLimit')],
  [
    'platform-headers',
    'no challenge',
    ({ read, response }) => without(headersOf(response(read, 401)), 'WWW-Authenticate'),
  ],
  [
    'platform-headers',
    'no time to wait',
    ({ read, response }) => without(headersOf(response(read, 429)), 'Retry-After'),
  ],
  [
    'platform-headers',
    'no replay mark',
    ({ create, response }) => without(headersOf(response(create, 201)), 'Idempotent-Replayed'),
  ],
  ['created-responses', 'no Location', ({ create, response }) => without(headersOf(response(create, 201)), 'Location')],
  ['created-responses', 'no version', ({ create, response }) => without(headersOf(response(create, 201)), 'ETag')],
  ['created-responses', 'no links', ({ create, response }) => without(response(create, 201), 'links')],
  [
    'created-responses',
    'a 202 that cannot be followed',
    ({ remove, response }) => (remove.responses['202'] = response(remove, 204)),
  ],
  [
    'created-responses',
    'a 204 with content',
    ({ remove, read, response }) => (response(remove, 204).content = present(response(read, 200).content)),
  ],
  [
    'link-targets',
    'a link to nothing',
    ({ list, response }) => Object.assign(present(response(list, 200).links), { other: { operationId: 'getShelf' } }),
  ],
  [
    'versions',
    'a change without If-Match',
    ({ remove }) => {
      remove.parameters = [];
      for (const status of ['412', '428']) without(remove.responses, status);
    },
  ],
  [
    'versions',
    'a version that cannot be asked about',
    ({ read }) => {
      read.parameters = [];
      without(read.responses, '304');
    },
  ],
  [
    'downloads',
    'a download without a name',
    ({ download, response }) => without(headersOf(response(download, 200)), 'Content-Disposition'),
  ],
  [
    'parameter-sizes',
    'a query beyond 8 KB',
    ({ list, parameter }) =>
      Object.assign(parameter(list, 'cursor'), {
        schema: { type: 'string', maxLength: 700, pattern: '^[^\\u0000]*$' },
      }),
  ],
  [
    'parameter-sizes',
    'a header beyond 1 KB',
    ({ create, parameter }) =>
      Object.assign(parameter(create, 'Idempotency-Key'), {
        schema: { type: 'string', maxLength: 400, pattern: '^[!-~]+$' },
      }),
  ],
  ['body-size', 'a valid body beyond the limit', ({ create }) => (create['x-max-body'] = 2000)],
  ['parameter-form', 'an unstated style', ({ list, parameter }) => without(parameter(list, 'limit'), 'explode')],
  [
    'parameter-form',
    'a path that lets slashes in',
    ({ schemas }) => (schemas['Id'] = { type: 'string', maxLength: 36, pattern: '^[^\\u0000]*$' }),
  ],
  [
    'examples',
    'a body without example',
    ({ create }) =>
      without(
        present((create.requestBody as { content: Record<string, object> }).content['application/json']),
        'example',
      ),
  ],
  ['examples', 'a parameter without example', ({ list, parameter }) => without(parameter(list, 'limit'), 'example')],
  [
    'examples',
    'a made-up cursor',
    ({ list, parameter }) => Object.assign(parameter(list, 'cursor'), { example: 'abc' }),
  ],
  ['media-types', 'a stream that is not declared as one', ({ download }) => without(download, 'x-streaming')],
  [
    'media-types',
    'a PATCH with plain JSON',
    ({ document, create }) => {
      const item = present(document.paths['/books']);
      item.patch = { ...structuredClone(create), operationId: 'updateBook' };
    },
  ],
  [
    'list-shape',
    'a limit beyond 100',
    ({ list, parameter }) => (present(parameter(list, 'limit').schema)['maximum'] = 1000),
  ],
  ['list-shape', 'no next cursor', ({ schemas }) => (present(schemas['BookPage']).required = ['items'])],
  ['list-shape', 'no link to the next page', ({ list, response }) => without(response(list, 200), 'links')],
  [
    'relative-servers',
    'a placeholder host',
    ({ document }) => Object.assign(document, { servers: [{ url: 'https://api.portico.test' }] }),
  ],
];

test('a good document breaks no rule', async () => {
  await expect(broken(goodDocument())).resolves.toEqual([]);
});

test.each(defects)('%s finds %s', async (rule, _what, damage) => {
  const document = goodDocument();
  damage(partsOf(document));
  await expect(broken(document)).resolves.toContain(`portico/${rule}`);
});

test.each(['operationId', 'responses', 'security', 'tags'])(
  'an operation without %s is reported, not a crash',
  async (part) => {
    const document = goodDocument();
    without(partsOf(document).list, part);
    await expect(broken(document)).resolves.not.toEqual([]);
  },
);

test('every rule of ours is switched on and has a defect here', () => {
  const tested = new Set(defects.map(([rule]) => rule));
  expect(Object.keys(rules).filter((name) => !tested.has(name))).toEqual([]);
  const switchedOn = Object.keys(config.rules.oas3_1).filter((name) => name.startsWith('portico/'));
  expect(switchedOn.sort()).toEqual(
    Object.keys(rules)
      .map((name) => `portico/${name}`)
      .sort(),
  );
});
