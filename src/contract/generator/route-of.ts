import type { Document, Operation } from './document.ts';
import { parameterOf } from './text-decoder.ts';
import { rateLimitClasses, type AuditSpec, type Method, type RateLimitClass, type Route } from '../route.ts';

/** 64 KiB; `x-max-body` overrides it. */
export const defaultMaxBody = 65_536;

/** What a route says about its operation beside the validators: scopes, limits, flags, parameter decoders. */
export function routeOf(
  document: Document,
  operation: Operation,
  contexts: ReadonlyMap<string, string>,
): Omit<Route, 'validators' | 'requestBody' | 'responses'> {
  const { object, path, parameters } = operation;
  const header = (name: string) => parameters.find((parameter) => parameter.in === 'header' && parameter.name === name);
  const ifMatch = header('If-Match');
  return {
    operationId: object.operationId,
    context: contexts.get(path) ?? fail(operation, 'stands in no context document'),
    tag: object.tags[0] ?? fail(operation, 'has no tag'),
    method: operation.method.toUpperCase() as Method,
    path,
    scopes: scopesOf(operation),
    clients: operation.object.security?.some((requirement) => 'oauth2' in requirement) ?? false,
    basicCredentials: object['x-basic-credentials'] ?? false,
    rawBody: object['x-raw-body'] ?? false,
    rateLimit: rateLimitOf(operation),
    idempotencyKey: header('Idempotency-Key') !== undefined,
    audit: auditOf(operation),
    ifMatch: ifMatch === undefined ? null : ifMatch.required === true ? 'required' : 'optional',
    ifNoneMatch: header('If-None-Match') !== undefined,
    maxBody: object['x-max-body'] ?? defaultMaxBody,
    parameters: parameters.map((parameter) => parameterOf(document, parameter, object.operationId)),
    streaming: { request: object['x-streaming'] === 'request', response: object['x-streaming'] === 'response' },
    problems: object['x-problems'] ?? [],
    internal: object['x-internal'] ?? false,
    deprecated: deprecationOf(operation),
  };
}

function scopesOf(operation: Operation): readonly string[] | null {
  const { security } = operation.object;
  if (security === undefined) return fail(operation, 'does not say who may call it (security)');
  if (security.length === 0) return null;
  const [first, second, ...more] = security;
  const scopes = first?.['bearerAuth'];
  const same = second === undefined || second['oauth2']?.join() === scopes?.join();
  if (scopes === undefined || !same || more.length > 0) {
    return fail(operation, 'must demand bearerAuth, bearerAuth or oauth2 with the same scopes, or nothing');
  }
  return scopes;
}

function rateLimitOf(operation: Operation): RateLimitClass {
  const name = operation.object['x-rate-limit'];
  return rateLimitClasses.find((known) => known === name) ?? fail(operation, `has no known x-rate-limit: ${name}`);
}

const idExpression = /^\$(?:request[.](path)[.]|response[.](body)#\/)(\w+)$/;

/** The id is written as links write it (OpenAPI runtime expressions). */
function auditOf(operation: Operation): AuditSpec | null {
  const { 'x-audit': audit, 'x-streaming': streaming, security } = operation.object;
  if (audit === undefined) return null;
  if (streaming !== undefined) return fail(operation, 'streams, so the platform cannot write its x-audit entry');
  if (security?.length === 0) return fail(operation, 'is audited, so it must know its caller (security)');
  const { action, resource, id } = audit;
  if (id === undefined) return { action, resource, id: null };
  const [, path, body, name] = idExpression.exec(id) ?? [];
  const known = path === undefined || operation.parameters.some((one) => one.in === 'path' && one.name === name);
  if (name === undefined || !known) return fail(operation, `names no id in x-audit: ${id}`);
  return { action, resource, id: { in: body === undefined ? 'path' : 'body', name } };
}

function deprecationOf(operation: Operation): Route['deprecated'] {
  const { deprecated, 'x-deprecated-since': since, 'x-sunset': sunset, 'x-deprecation-link': link } = operation.object;
  if (deprecated !== true) return null;
  if (since === undefined || sunset === undefined || link === undefined) {
    return fail(operation, 'is deprecated and must state x-deprecated-since, x-sunset and x-deprecation-link');
  }
  return { since, sunset, link };
}

function fail(operation: Operation, what: string): never {
  throw new Error(`${operation.method.toUpperCase()} ${operation.path} ${what}.`);
}
