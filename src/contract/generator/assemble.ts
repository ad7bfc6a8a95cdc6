import {
  isReference,
  operationsOf,
  referencedName,
  resolve,
  type Document,
  type HeaderObject,
  type MediaTypeObject,
  type Operation,
  type ParameterObject,
  type Reference,
  type ResponseObject,
  type Schema,
} from './document.ts';
import { toValidatorSchema } from './schemas.ts';
import { headerDecoder } from './text-decoder.ts';
import { routeOf } from './route-of.ts';
import type { MediaType, ResponseSpec, Route } from '../route.ts';

/** A response that several operations share; printed once. */
export interface SharedResponse {
  readonly shared: string;
}

export type AssembledRoute = Omit<Route, 'responses'> & {
  readonly responses: Readonly<Record<number, ResponseSpec | SharedResponse>>;
};

export interface Assembly {
  /** Validator schemas by the name they are exported under. Components keep their own name. */
  readonly schemas: ReadonlyMap<string, Schema>;
  /** The names that judge requests; these get a second build that collects all errors. */
  readonly requestSchemas: ReadonlySet<string>;
  readonly routes: readonly AssembledRoute[];
  readonly sharedResponses: ReadonlyMap<string, ResponseSpec>;
}

/** Turns the document into one schema per part of each message, and one route per operation. */
export function assemble(document: Document, contexts: ReadonlyMap<string, string>): Assembly {
  const schemas = new Map<string, Schema>();
  const requestSchemas = new Set<string>();
  const sharedResponses = new Map<string, ResponseSpec>();

  function add(name: string, schema: Schema): string {
    if (schemas.has(name)) throw new Error(`Two validators would be called ${name}.`);
    schemas.set(name, schema);
    return name;
  }

  for (const [name, { schema }] of Object.entries(document.components.headers ?? {})) {
    add(headerSchema(name), toValidatorSchema(document, schema ?? {}));
  }
  for (const [name, schema] of Object.entries(document.components.schemas ?? {})) {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) throw new Error(`The schema name ${name} is not PascalCase.`);
    add(name, toValidatorSchema(document, schema));
  }

  function parameters(operation: Operation, place: ParameterObject['in']): string | null {
    const declared = operation.parameters.filter((parameter) => parameter.in === place);
    if (declared.length === 0) return null;
    const schema: Schema = {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(declared.map((p) => [p.name, toValidatorSchema(document, p.schema ?? {})])),
      // A missing If-Match is 428, which only the platform can answer: the schema lets it pass.
      required: declared.filter((p) => p.required === true && p.name !== 'If-Match').map((p) => p.name),
    };
    const name = add(`${operation.object.operationId}_${place}`, schema);
    requestSchemas.add(name);
    return name;
  }

  function content(prefix: string, types: Record<string, MediaTypeObject>, streaming: boolean): MediaType[] {
    return Object.entries(types).map(([mediaType, { schema }]) => {
      if (streaming || schema === undefined) return { mediaType, validator: null };
      const own = isReference(schema) && Object.keys(schema).length === 1;
      const name = own
        ? referencedName(schema.$ref, 'schemas')
        : add(`${prefix}_${mediaType.replaceAll(/[^A-Za-z0-9]+/g, '_')}`, toValidatorSchema(document, schema));
      return { mediaType, validator: name };
    });
  }

  function response(prefix: string, object: ResponseObject, streaming: boolean): ResponseSpec {
    const declared = Object.entries(object.headers ?? {});
    const headers = declared.map(([name, header]): [string, HeaderObject] => [
      name,
      resolve(document, 'headers', header),
    ]);
    return {
      headers: headers.map(([name, header]) => ({
        name,
        required: header.required ?? false,
        ...headerDecoder(document, header.schema, `response header ${name}`),
      })),
      headersValidator:
        headers.length === 0
          ? null
          : add(`${prefix}_headers`, {
              type: 'object',
              properties: Object.fromEntries(
                declared.map(([name, header]) => [
                  name,
                  isReference(header)
                    ? { $ref: headerSchema(referencedName(header.$ref, 'headers')) }
                    : toValidatorSchema(document, header.schema ?? {}),
                ]),
              ),
              required: headers.filter(([, header]) => header.required).map(([name]) => name),
            }),
      content: content(prefix, object.content ?? {}, streaming),
    };
  }

  function responseOf(operation: Operation, status: string, value: ResponseObject | Reference) {
    if (!isReference(value)) {
      const streaming = operation.object['x-streaming'] === 'response' && status.startsWith('2');
      return response(`${operation.object.operationId}_${status}`, value, streaming);
    }
    const shared = referencedName(value.$ref, 'responses');
    if (!sharedResponses.has(shared)) {
      sharedResponses.set(shared, response(shared, resolve(document, 'responses', value), false));
    }
    return { shared };
  }

  requestSchemas.add(add('no_query', { type: 'object', additionalProperties: false }));
  const routes = operationsOf(document).map((operation): AssembledRoute => {
    const { object } = operation;
    const body = object.requestBody === undefined ? null : resolve(document, 'requestBodies', object.requestBody);
    const requestContent = content(
      `${object.operationId}_body`,
      body?.content ?? {},
      object['x-streaming'] === 'request',
    );
    for (const { validator } of requestContent) if (validator !== null) requestSchemas.add(validator);
    return {
      ...routeOf(document, operation, contexts),
      validators: {
        path: parameters(operation, 'path'),
        query: parameters(operation, 'query') ?? 'no_query',
        headers: parameters(operation, 'header'),
      },
      requestBody: body === null ? null : { required: body.required ?? false, content: requestContent },
      responses: Object.fromEntries(
        Object.entries(object.responses).map(([status, value]) => [
          Number(status),
          responseOf(operation, status, value),
        ]),
      ),
    };
  });
  return { schemas, requestSchemas, routes, sharedResponses };
}

/** `header_Retry_After` for the shared header Retry-After. */
function headerSchema(name: string): string {
  return `header_${name.replaceAll('-', '_')}`;
}
