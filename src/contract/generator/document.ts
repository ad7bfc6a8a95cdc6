/** The parts of a bundled OpenAPI 3.1 document that the generator reads. */
export interface Reference {
  $ref: string;
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON Schema of the default dialect; keywords that are not listed are read through the index. */
export interface Schema {
  [keyword: string]: unknown;
  $ref?: string;
  type?: string | string[];
  format?: string;
  default?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  oneOf?: Schema[];
  discriminator?: { propertyName: string; mapping?: Record<string, string> };
}

export interface ParameterObject {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  schema?: Schema;
  style?: string;
  explode?: boolean;
}

export interface MediaTypeObject {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value?: unknown } | Reference>;
}

export interface HeaderObject {
  description?: string;
  required?: boolean;
  schema?: Schema;
}

export interface LinkObject {
  operationId?: string;
  parameters?: Record<string, unknown>;
}

export interface ResponseObject {
  description: string;
  headers?: Record<string, HeaderObject | Reference>;
  content?: Record<string, MediaTypeObject>;
  links?: Record<string, LinkObject | Reference>;
}

export interface RequestBodyObject {
  required?: boolean;
  content: Record<string, MediaTypeObject>;
}

export interface OperationObject {
  operationId: string;
  tags: string[];
  summary?: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: (ParameterObject | Reference)[];
  requestBody?: RequestBodyObject | Reference;
  responses: Record<string, ResponseObject | Reference>;
  deprecated?: boolean;
  'x-rate-limit': string;
  'x-problems'?: string[];
  'x-audit'?: { action: string; resource: string; id?: string };
  /** Scopes that nobody needs to call it, and with which it does more. */
  'x-widening-scopes'?: readonly string[];
  'x-max-body'?: number;
  'x-streaming'?: 'request' | 'response';
  'x-no-idempotency-key'?: string;
  'x-internal'?: boolean;
  'x-basic-credentials'?: boolean;
  'x-raw-body'?: boolean;
  'x-deprecated-since'?: string;
  'x-sunset'?: string;
  'x-deprecation-link'?: string;
}

export const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type LowerMethod = (typeof methods)[number];

export type PathItemObject = { [M in LowerMethod]?: OperationObject } & {
  parameters?: (ParameterObject | Reference)[];
};

export interface Components {
  schemas?: Record<string, Schema>;
  responses?: Record<string, ResponseObject>;
  parameters?: Record<string, ParameterObject>;
  headers?: Record<string, HeaderObject>;
  requestBodies?: Record<string, RequestBodyObject>;
  links?: Record<string, LinkObject>;
  securitySchemes?: Record<string, Record<string, unknown>>;
  examples?: Record<string, unknown>;
}

export interface Document {
  openapi: string;
  info: Record<string, unknown>;
  tags?: { name: string }[];
  paths: Record<string, PathItemObject>;
  webhooks?: Record<string, PathItemObject>;
  components: Components;
}

/** One operation with everything inherited from its path item resolved. */
export interface Operation {
  readonly path: string;
  readonly method: LowerMethod;
  readonly object: OperationObject;
  readonly parameters: readonly ParameterObject[];
}

export function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && '$ref' in value;
}

/** The name a local reference ends in: `#/components/schemas/Id` is `Id`. Throws for any other form of reference. */
export function referencedName(reference: string, kind: keyof Components): string {
  const prefix = `#/components/${kind}/`;
  if (!reference.startsWith(prefix)) throw new Error(`The reference ${reference} does not point into ${prefix}.`);
  return reference.slice(prefix.length);
}

/** What a component reference points to, or the value itself. */
export function resolve<K extends keyof Components>(
  document: Document,
  kind: K,
  value: NonNullable<Components[K]>[string] | Reference,
): NonNullable<Components[K]>[string] {
  if (!isReference(value)) return value;
  const name = referencedName(value.$ref, kind);
  const target = (document.components[kind] as Record<string, NonNullable<Components[K]>[string]> | undefined)?.[name];
  if (target === undefined) throw new Error(`The reference ${value.$ref} points to nothing.`);
  return resolve(document, kind, target);
}

/** Every operation in document order. Parameters of the operation replace those of its path by (in, name). */
export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const object = item[method];
      return object === undefined ? [] : [{ path, method, object, parameters: parametersOf(document, item, object) }];
    }),
  );
}

function parametersOf(document: Document, item: PathItemObject, operation: OperationObject): ParameterObject[] {
  const merged = new Map<string, ParameterObject>();
  for (const parameter of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
    const resolved = resolve(document, 'parameters', parameter);
    merged.set(`${resolved.in} ${resolved.name}`, resolved);
  }
  return [...merged.values()];
}
