import type { FieldError } from '../shared/problem.ts';
import { decodeParameters, type RawParameters } from './decoder.ts';
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

/**
 * Decodes and validates a request against its operation. A missing `If-Match` passes: that is 428, not 400, and for the
 * server to answer.
 */
export async function validateRequest(route: Route, raw: RawRequest): Promise<RequestVerdict> {
  const { errors: decodingErrors, ...decoded } = decodeParameters(route.parameters, raw);
  const parts: Part[] = [{ place: 'query', validator: route.validators.query, data: decoded.query }];
  if (route.validators.path !== null)
    parts.push({ place: 'path', validator: route.validators.path, data: decoded.path });
  if (route.validators.headers !== null) {
    parts.push({ place: 'header', validator: route.validators.headers, data: decoded.headers });
  }
  const content = route.requestBody?.content.find(({ mediaType }) => mediaType === raw.mediaType);
  const hasBody = raw.body !== undefined && raw.body !== null;
  const bodyErrors: FieldError[] = [];
  if (hasBody && content !== undefined && content.validator !== null) {
    parts.push({ place: 'body', validator: content.validator, data: raw.body });
  } else if (!hasBody && route.requestBody?.required === true) {
    bodyErrors.push({ pointer: '', detail: 'is missing: this operation needs a body' });
  }

  const failed = parts.filter(({ validator, data }) => !validatorNamed(byName, validator)(data));
  if (failed.length === 0 && decodingErrors.length === 0 && bodyErrors.length === 0) {
    return { valid: true, input: inputOf(route, decoded, hasBody ? raw.body : undefined, raw.mediaType) };
  }
  const found = [...decodingErrors, ...(await explain(failed, raw.bodyBytes)), ...bodyErrors];
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
  decoded: Required<Pick<PlainInput, 'path' | 'query' | 'headers'>>,
  body: unknown,
  mediaType: string | null,
): PlainInput {
  return {
    ...(route.validators.path === null ? {} : { path: decoded.path }),
    ...(route.parameters.some((parameter) => parameter.in === 'query') ? { query: decoded.query } : {}),
    ...(route.validators.headers === null ? {} : { headers: decoded.headers }),
    ...(route.requestBody === null ? {} : { body }),
    ...(route.requestBody !== null && route.requestBody.content.length > 1 && mediaType !== null ? { mediaType } : {}),
  };
}

export function validatorNamed(table: Readonly<Record<string, Validator | undefined>>, name: string): Validator {
  const validator = table[name];
  if (validator === undefined) throw new Error(`There is no validator ${name}: run "npm run contract".`);
  return validator;
}
