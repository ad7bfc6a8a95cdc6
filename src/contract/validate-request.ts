import type { FieldError } from '../shared/problem.ts';
import { decodeParameters, type DecodedParameters, type RawParameters } from './decoder.ts';
import { fieldErrors, maxFieldErrors, type Place } from './field-errors.ts';
import * as validators from './generated/validators.js';
import type { PlainInput } from './handlers.ts';
import type { Route } from './route.ts';
import type { Validator } from './validator.ts';

export interface RawRequest extends RawParameters {
  /** The parsed body; undefined or null when there is none; for streamed requests the stream itself. */
  readonly body: unknown;
  /** The body's media type without parameters, lower case, one of those the operation declares. */
  readonly mediaType: string | null;
  /** The body's size, to decide whether listing all its errors is affordable. */
  readonly bodyBytes: number;
}

export type RequestVerdict =
  | { readonly valid: true; readonly input: PlainInput }
  | { readonly valid: false; readonly errors: readonly FieldError[] };

/** Bodies above this size are answered with their first error: collecting all could cost far more than parsing. */
export const maxExplainedBytes = 65_536;

const byName: Readonly<Record<string, Validator | undefined>> = validators;

interface Part {
  readonly place: Place;
  readonly validator: string;
  readonly data: unknown;
}

/** What validating needs to know of a route, looked up once. */
interface Plan {
  readonly query: Validator;
  readonly path: Validator | null;
  readonly headers: Validator | null;
  /** By media type; null for bodies that are passed through. */
  readonly bodies: ReadonlyMap<string, Validator | null>;
  readonly hasQuery: boolean;
  readonly severalBodies: boolean;
}

const plans = new WeakMap<Route, Plan>();

function planOf(route: Route): Plan {
  const known = plans.get(route);
  if (known !== undefined) return known;
  const { validators: names, requestBody, parameters } = route;
  const named = (name: string | null) => (name === null ? null : validatorNamed(byName, name));
  const plan: Plan = {
    query: validatorNamed(byName, names.query),
    path: named(names.path),
    headers: named(names.headers),
    bodies: new Map(requestBody?.content.map(({ mediaType, validator }) => [mediaType, named(validator)])),
    hasQuery: parameters.some((parameter) => parameter.in === 'query'),
    severalBodies: (requestBody?.content.length ?? 0) > 1,
  };
  plans.set(route, plan);
  return plan;
}

/**
 * Decodes and validates a request against its operation; at once when nothing is wrong. A missing `If-Match` passes: that is
 * 428, not 400, and for the server to answer.
 */
export function validateRequest(route: Route, raw: RawRequest): RequestVerdict | Promise<RequestVerdict> {
  const plan = planOf(route);
  const decoded = decodeParameters(route.parameters, raw);
  const hasBody = raw.body !== undefined && raw.body !== null;
  const body = hasBody && raw.mediaType !== null ? plan.bodies.get(raw.mediaType) : null;
  const valid =
    decoded.errors.length === 0 &&
    plan.query(decoded.query) &&
    (plan.path === null || plan.path(decoded.path)) &&
    (plan.headers === null || plan.headers(decoded.headers)) &&
    (hasBody ? body === null || body === undefined || body(raw.body) : route.requestBody?.required !== true);
  return valid ? { valid, input: inputOf(route, plan, decoded, raw, hasBody) } : refuse(route, raw, decoded, hasBody);
}

/** Everything that is wrong with a request. */
async function refuse(
  route: Route,
  raw: RawRequest,
  decoded: DecodedParameters,
  hasBody: boolean,
): Promise<RequestVerdict> {
  const parts: Part[] = [{ place: 'query', validator: route.validators.query, data: decoded.query }];
  if (route.validators.path !== null) {
    parts.push({ place: 'path', validator: route.validators.path, data: decoded.path });
  }
  if (route.validators.headers !== null) {
    parts.push({ place: 'header', validator: route.validators.headers, data: decoded.headers });
  }
  const content = route.requestBody?.content.find(({ mediaType }) => mediaType === raw.mediaType);
  const bodyErrors: FieldError[] = [];
  if (hasBody && content !== undefined && content.validator !== null) {
    parts.push({ place: 'body', validator: content.validator, data: raw.body });
  } else if (!hasBody && route.requestBody?.required === true) {
    bodyErrors.push({ pointer: '', detail: 'is missing: this operation needs a body' });
  }
  const failed = parts.filter(({ validator, data }) => !validatorNamed(byName, validator)(data));
  const found = [...decoded.errors, ...(await explain(failed, raw.bodyBytes)), ...bodyErrors];
  return { valid: false, errors: onePerPointer(found).slice(0, maxFieldErrors) };
}

/** Runs the build that collects every error; it is loaded when the first request fails. */
async function explain(failed: readonly Part[], bodyBytes: number): Promise<FieldError[]> {
  const thorough: Readonly<Record<string, Validator | undefined>> = await import('./generated/request-errors.js');
  return failed.flatMap(({ place, validator, data }) => {
    const table = place === 'body' && bodyBytes > maxExplainedBytes ? byName : thorough;
    const validate = validatorNamed(table, validator);
    validate(data);
    return fieldErrors(validate.errors ?? [], place, data);
  });
}

/** A parameter whose text is broken also fails its schema; the first error is the cause. */
function onePerPointer(errors: readonly FieldError[]): FieldError[] {
  const broken = new Set<string>();
  return errors.filter(({ pointer }) => {
    if (!pointer.startsWith('?')) return true;
    const known = broken.has(pointer);
    broken.add(pointer);
    return !known;
  });
}

function inputOf(
  route: Route,
  plan: Plan,
  { path, query, headers }: DecodedParameters,
  raw: RawRequest,
  hasBody: boolean,
): PlainInput {
  const input: { -readonly [Key in keyof PlainInput]: PlainInput[Key] } = {};
  if (plan.path !== null) input.path = path;
  if (plan.hasQuery) input.query = query;
  if (plan.headers !== null) input.headers = headers;
  if (route.requestBody !== null) input.body = hasBody ? raw.body : undefined;
  if (plan.severalBodies && raw.mediaType !== null) input.mediaType = raw.mediaType;
  return input;
}

export function validatorNamed(table: Readonly<Record<string, Validator | undefined>>, name: string): Validator {
  const validator = table[name];
  if (validator === undefined) throw new Error(`There is no validator ${name}: run "npm run contract".`);
  return validator;
}
