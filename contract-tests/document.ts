/** The little of an OpenAPI document that the contract tests read from the bundle. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly parameters?: Readonly<Record<string, Parameter>>;
    readonly responses?: Readonly<Record<string, Response>>;
    readonly [kind: string]: Readonly<Record<string, unknown>> | undefined;
  };
}

export interface PathItem extends Readonly<Partial<Record<Method, Operation>>> {
  readonly parameters?: readonly (Parameter | Reference)[];
}

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
  readonly responses: Readonly<Record<string, Response | Reference>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
}

export interface Response {
  readonly content?: Readonly<Record<string, unknown>>;
}

export interface Reference {
  readonly $ref: string;
}

export type Method = (typeof methods)[number];

/** One operation with everything that its path item and the shared components say about it. */
export interface ResolvedOperation {
  readonly operationId: string;
  readonly method: Method;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** The example of the request body, whatever its media type. */
  readonly example: unknown;
  readonly responses: Readonly<Record<string, Response>>;
}

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The bundle with what only our own services call, made from openapi/ by the generator. */
export const documentPath = fileURLToPath(
  new URL('../src/contract/generated/documents/complete.json', import.meta.url),
);

export function readDocument(): OpenApiDocument {
  return JSON.parse(readFileSync(documentPath, 'utf8')) as OpenApiDocument;
}

/** Every operation of the document, in its order. An operation's own parameter replaces its path item's by (in, name). */
export function resolvedOperations(document: OpenApiDocument): ResolvedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      const parameters = new Map(
        [...(item.parameters ?? []), ...(operation.parameters ?? [])]
          .map((parameter) => resolve(parameter, document.components.parameters))
          .map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]),
      );
      const responses = Object.fromEntries(
        Object.entries(operation.responses).map(([status, response]) => [
          status,
          resolve(response, document.components.responses),
        ]),
      );
      const [example] = Object.values(operation.requestBody?.content ?? {}).map((content) => content.example);
      const { operationId } = operation;
      return [{ operationId, method, path, parameters: [...parameters.values()], example, responses }];
    }),
  );
}

function resolve<T extends object>(value: T | Reference, components: Readonly<Record<string, T>> | undefined): T {
  if (!('$ref' in value)) return value;
  const found = components?.[componentName(value.$ref).name];
  if (found === undefined) throw new Error(`${value.$ref} does not exist in the bundle`);
  return found;
}

/** What a reference of the bundle names: all of them are `#/components/<kind>/<name>`. */
export function componentName(reference: string): { kind: string; name: string } {
  const [, , kind = '', name = ''] = reference.split('/');
  return { kind, name };
}
