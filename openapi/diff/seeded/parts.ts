import type {
  Document,
  OperationObject,
  ParameterObject,
  RequestBodyObject,
  ResponseObject,
  Schema,
} from '../../../src/contract/generator/document.ts';
import { goodDocument } from '../../rules/good-document.ts';
import type { BreakKind } from '../breaking-change.ts';

/** What changes are made in: /books and /books/{bookId} of the good document, with a union in its request. */
export interface Parts {
  readonly document: Document;
  readonly list: OperationObject;
  readonly create: OperationObject;
  readonly read: OperationObject;
  readonly schemas: Record<string, Schema>;
  property(schema: string, name: string): Schema;
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The good document lacks what the change is made in.');
  return value;
}

export function partsOf(document: Document): Parts {
  const schemas = present(document.components.schemas);
  return {
    document,
    list: present(document.paths['/books']?.get),
    create: present(document.paths['/books']?.post),
    read: present(document.paths['/books/{bookId}']?.get),
    schemas,
    property: (schema, name) => present(schemas[schema]?.properties?.[name]),
  };
}

/** The good document with more in its request: an enum, a bounded number, a union. */
export function baseDocument(): Document {
  const document = goodDocument();
  const { schemas, create } = partsOf(document);
  const body = present(schemas['BookCreate']);
  body.properties = {
    ...body.properties,
    language: { type: 'string', enum: ['fa', 'en'] },
    pages: { type: 'integer', format: 'int32', minimum: 1, maximum: 10_000 },
    binding: { $ref: '#/components/schemas/Binding' },
    labels: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 20, pattern: '^[a-z]+$' } },
  };
  create['x-max-body'] = 4_096;
  return document;
}

export const list = 'GET /books';
export const create = 'POST /books';
export const read = 'GET /books/{bookId}';

export type Row = [
  what: string,
  breaks: readonly [operation: string, kind: BreakKind, about: string] | null,
  change: (parts: Parts) => void,
  more?: { readonly blind?: string; readonly before?: (parts: Parts) => void },
];

export const parameter = (operation: OperationObject, name: string): ParameterObject =>
  present(operation.parameters?.find((item) => 'name' in item && item.name === name)) as ParameterObject;
export const body = (operation: OperationObject): RequestBodyObject =>
  present(operation.requestBody) as RequestBodyObject;
export const answer = (operation: OperationObject, status: number): ResponseObject =>
  present(operation.responses[status]) as ResponseObject;
export const text: Schema = { type: 'string', maxLength: 20, pattern: '^[a-z]+$' };
export const deprecated = (sunset: string) => (parts: Parts) =>
  void Object.assign(parts.read, { deprecated: true, 'x-deprecated-since': '2026-01-01', 'x-sunset': sunset });

export function rename(record: Record<string, unknown>, from: string, to: string): void {
  record[to] = record[from];
  // Bundles are JSON: what is gone must not stay as a key.
  Reflect.deleteProperty(record, from);
}

export function addProperty(schema: Schema, name: string, property: Schema, required: boolean): void {
  schema.properties = { ...schema.properties, [name]: property };
  if (required) schema.required = [...(schema.required ?? []), name];
}

export function dropProperty(schema: Schema, name: string): void {
  Reflect.deleteProperty(present(schema.properties), name);
  schema.required = schema.required?.filter((other) => other !== name) ?? [];
}

export function schemaOf({ schema }: { schema?: Schema }, change: Schema): void {
  schemaIn(schema, change);
}

export function schemaIn(schema: Schema | undefined, change: Schema): void {
  Object.assign(present(schema), change);
}
