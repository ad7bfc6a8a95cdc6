import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { goodDocument } from '../../../openapi/rules/good-document.ts';
import type { Validator } from '../validator.ts';
import { assemble, type Assembly } from './assemble.ts';
import { compileValidators } from './compile.ts';

const root = join(import.meta.dirname, '../../..');
const id = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90';

let assembly: Assembly;
let code: string;
let validators: Readonly<Record<string, Validator>>;

beforeAll(async () => {
  const document = goodDocument();
  assembly = assemble(document, new Map(Object.keys(document.paths).map((path) => [path, 'books'])));
  code = await compileValidators(assembly.schemas, { root, names: assembly.schemas.keys(), allErrors: false });
  validators = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as typeof validators;
});

function accepts(name: string, data: unknown): boolean {
  const validate = validators[name];
  if (validate === undefined) throw new Error(`There is no validator ${name}.`);
  return validate(data);
}

test('the code stands alone: it imports nothing and compiles nothing at run time', () => {
  // That it was loaded from a data: URL already proves that nothing is required from a package.
  expect(code).not.toMatch(/^import\b|\bimport\(|\beval\(|\bnew Function\b/m);
});

describe('validators', () => {
  test.each([
    ['Book', { id, title: 'Kalila' }, true],
    ['Book', { id, title: 'Kalila', colour: 'red' }, false],
    ['Book', { id, title: 'a\0b' }, false],
    ['Book', { id, title: '😀'.repeat(200) }, true],
    ['Book', { id, title: '😀'.repeat(201) }, false],
    ['Book', { id, title: 'Kalila', pages: '3' }, false],
    ['Book', { id, title: 'Kalila', pages: 2.5 }, false],
    ['Book', { id, title: 'Kalila', cover: null, language: null }, true],
    ['Book', { id, title: 'Kalila', binding: { kind: 'paper' } }, true],
    ['Book', { id, title: 'Kalila', binding: { kind: 'cloth' } }, false],
    ['Book', { id, title: 'Kalila', binding: {} }, false],
    ['Book', { id, title: 'Kalila', notes: { ok: 'x' } }, true],
    ['Book', { id, title: 'Kalila', notes: { 'Not ok': 'x' } }, false],
    ['listBooks_query', { limit: 100 }, true],
    ['listBooks_query', { limit: 101 }, false],
    ['listBooks_query', { limit: '5' }, false],
    ['listBooks_query', { page: 1 }, false],
    ['no_query', {}, true],
    ['no_query', { page: 1 }, false],
    ['getBook_path', { bookId: id }, true],
    ['getBook_path', { bookId: 'a/b' }, false],
  ])('%s of %j: %s', (name, data, valid) => {
    expect(accepts(name, data)).toBe(valid);
  });

  test('a missing If-Match passes, because that is 428 and not 400', () => {
    expect(accepts('deleteBook_header', {})).toBe(true);
    expect(accepts('deleteBook_header', { 'If-Match': 'a b' })).toBe(false);
  });

  test('a huge array is refused at once', () => {
    const items = Array.from({ length: 240_000 }, () => null);
    // The fastest of several tries says what it costs; the others say how busy the machine is.
    const tries = Array.from({ length: 10 }, () => {
      const started = performance.now();
      expect(accepts('BookPage', { items, nextCursor: null })).toBe(false);
      return performance.now() - started;
    });
    expect(Math.min(...tries)).toBeLessThan(5);
  });
});

test('the thorough build finds every error', async () => {
  const thorough = await compileValidators(assembly.schemas, { root, names: assembly.requestSchemas, allErrors: true });
  const found = (await import(`data:text/javascript,${encodeURIComponent(thorough)}`)) as typeof validators;
  const validate = found['listBooks_query'];
  expect(validate?.({ limit: 0, cursor: '!', page: 1 })).toBe(false);
  expect(validate?.errors?.map(({ keyword }) => keyword).sort()).toEqual([
    'additionalProperties',
    'minimum',
    'pattern',
  ]);
  expect(Object.keys(found)).not.toContain('BookPage');
});

test('the route says what the server must enforce', () => {
  const route = assembly.routes.find(({ operationId }) => operationId === 'createBook');
  expect(route).toMatchObject({
    context: 'books',
    method: 'POST',
    scopes: ['books:write'],
    rateLimit: 'read',
    idempotencyKey: true,
    ifMatch: null,
    maxBody: 65_536,
    requestBody: { required: true, content: [{ mediaType: 'application/json', validator: 'BookCreate' }] },
    problems: ['title-taken'],
    streaming: { request: false, response: false },
  });
  expect(assembly.routes.find(({ operationId }) => operationId === 'deleteBook')?.ifMatch).toBe('required');
  expect(assembly.routes.find(({ operationId }) => operationId === 'exportBook')?.streaming.response).toBe(true);
});
