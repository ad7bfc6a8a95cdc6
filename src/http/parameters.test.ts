import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../contract/generated/routes.ts';
import type { Route } from '../contract/route.ts';
import { startPortico } from '../testing/portico.ts';
import type { TestPortico } from '../testing/portico.ts';

/** What contract-test tools do not send: numbers in other notations, repeated scalars, limits of each parameter. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
}

interface ParameterObject {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
}

interface ParsedDocument {
  readonly paths: Record<string, Record<string, { readonly parameters?: readonly ParameterObject[] }>>;
}

const document = JSON.parse(
  await readFile(new URL('../contract/generated/documents/complete.json', import.meta.url), 'utf8'),
) as ParsedDocument;

function resolved<T extends { readonly $ref?: string }>(value: T): T {
  if (value.$ref === undefined) return value;
  const found = value.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
  return resolved(found as T);
}

/** Texts that a parameter of this schema must refuse. */
function wrongTexts(given: Schema): string[] {
  const schema = resolved(given);
  if (schema.type === 'array') return schema.items === undefined ? [] : wrongTexts(schema.items);
  if (schema.type === 'integer') {
    const limits = [
      ...(schema.minimum === undefined ? [] : [schema.minimum - 1]),
      ...(schema.maximum === undefined ? [] : [schema.maximum + 1]),
    ].map((limit) => BigInt(limit).toString());
    return [...limits, 'many', '0x10', '1e1', ' 5 ', '5.0', '+5', '05', '', 'null', '9'.repeat(30)];
  }
  if (schema.type === 'boolean') return ['yes', '1', '0', 'TRUE', ' true', '', 'null'];
  return [
    ...(schema.minLength === undefined || schema.minLength === 0 ? [] : ['']),
    ...(schema.maxLength === undefined ? [] : ['a'.repeat(schema.maxLength + 1)]),
    ...(schema.enum === undefined ? [] : ['no-such-choice', String(schema.enum[0]).toUpperCase()]),
    ...(schema.format === 'uuid' ? ['not-a-uuid', `{${id}}`, `${id}0`] : []),
    ...(schema.format === 'date-time' ? ['2026-02-31T10:00:00Z', '2026-11-21 10:00:00Z', '2026-11-21T10:00:00'] : []),
    ...(schema.pattern === undefined || new RegExp(schema.pattern, 'u').test('a\u0000b') ? [] : ['a\u0000b']),
  ];
}

/** A text that a scalar parameter of this schema takes; where patterns rule, at least one that fits their length. */
function rightText(given: Schema): string {
  const { type, format, minimum = 1, enum: choices } = resolved(given);
  if (choices !== undefined) return String(choices[0]);
  if (type === 'integer') return String(minimum);
  if (type === 'boolean') return 'true';
  return format === 'uuid' ? id : format === 'date-time' ? '2026-11-21T10:00:00Z' : 'a';
}

const id = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90';

let portico: TestPortico;

beforeAll(async () => {
  portico = await startPortico();
});

afterAll(() => portico.close());

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly errors?: readonly { readonly pointer: string }[];
}

async function ask(route: Route, path: string, query = '', headers: Record<string, string> = {}): Promise<Refusal> {
  const token = route.scopes === null ? undefined : portico.tokenFor({ role: 'admin', scopes: route.scopes });
  const answer = await portico.request(route.method, `${path}${query}`, {
    headers,
    ...(token === undefined ? {} : { token }),
  });
  return (await answer.json()) as Refusal;
}

const filled = (route: Route) => route.path.replaceAll(/\{\w+\}/g, id);

function expectRefused(refusal: Refusal, pointer: unknown): void {
  const pointers = (refusal.errors ?? []).map((error) => error.pointer);
  expect({ status: refusal.status, code: refusal.code, pointers }).toEqual({
    status: 400,
    code: 'validation-failed',
    pointers: expect.arrayContaining([pointer]),
  });
}

const parametersOf = (route: Route): readonly ParameterObject[] =>
  (document.paths[route.path]?.[route.method.toLowerCase()]?.parameters ?? []).map((parameter) => resolved(parameter));

describe.each(routes.map((route) => ({ operationId: route.operationId, route })))('$operationId', ({ route }) => {
  test('refuses an unknown query parameter', async () => {
    expectRefused(await ask(route, filled(route), '?unknown=1'), '?unknown');
  });

  for (const { name, in: place, schema } of parametersOf(route)) {
    if (place === 'query') test(`refuses wrong ?${name}`, () => expectQueryRefused(route, name, schema));
    if (place === 'path') test(`refuses wrong {${name}}`, () => expectPathRefused(route, name, schema));
    if (place === 'header') test(`refuses a ${name} that is too long`, () => expectHeaderRefused(route, name, schema));
  }
});

async function expectQueryRefused(route: Route, name: string, schema: Schema): Promise<void> {
  for (const text of wrongTexts(schema)) {
    const refusal = await ask(route, filled(route), `?${name}=${encodeURIComponent(text)}`);
    expect({ text, status: refusal.status }).toEqual({ text, status: 400 });
    // Of an array, the item is named.
    expectRefused(refusal, expect.stringMatching(new RegExp(`^\\?${name}(/\\d+)?$`)));
  }
  if (resolved(schema).type === 'array') return;
  // Neither would be refused alone.
  const twice = `${name}=${encodeURIComponent(rightText(schema))}`;
  expectRefused(await ask(route, filled(route), `?${twice}&${twice}`), `?${name}`);
}

async function expectPathRefused(route: Route, name: string, schema: Schema): Promise<void> {
  for (const text of wrongTexts(schema).filter((candidate) => candidate !== '')) {
    const path = route.path.replace(`{${name}}`, encodeURIComponent(text)).replaceAll(/\{\w+\}/g, id);
    const refusal = await ask(route, path);
    expect({ text, status: refusal.status }).toEqual({ text, status: 400 });
    expectRefused(refusal, `path ${name}`);
  }
}

async function expectHeaderRefused(route: Route, name: string, schema: Schema): Promise<void> {
  const { maxLength } = resolved(schema);
  if (maxLength === undefined) throw new Error(`${name} has no maxLength.`);
  const refusal = await ask(route, filled(route), '', { [name]: 'a'.repeat(maxLength + 1) });
  expectRefused(refusal, `header ${name}`);
}
