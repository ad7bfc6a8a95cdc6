import { decodeText } from './decoder.ts';
import { fieldErrors, type Place } from './field-errors.ts';
import * as validators from './generated/validators.js';
import type { ResponseSpec, Route } from './route.ts';
import type { Validator } from './validator.ts';
import { validatorNamed } from './validate-request.ts';

export interface Answer {
  readonly status: number;
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** As it will be serialised; undefined when there is none. A stream is not looked into. */
  readonly body: unknown;
  /** Without parameters, lower case; null when there is no body. */
  readonly mediaType: string | null;
}

const byName: Readonly<Record<string, Validator | undefined>> = validators;

const problemMediaType = 'application/problem+json';

/** Refusals of the protocol itself, the same for every operation and therefore listed by none. */
const protocolStatuses: ReadonlySet<number> = new Set([405, 406, 408, 413, 415, 417, 431]);

const protocolResponse: ResponseSpec = {
  headers: [{ name: 'X-Request-Id', required: true, types: ['string'] }],
  headersValidator: null,
  content: [{ mediaType: problemMediaType, validator: 'Problem' }],
};

/**
 * Every way in which an answer differs from what the document promises; empty when it keeps its word.
 *
 * @param commonProblems the codes that any operation may give; others must stand in its `x-problems`.
 */
export function responseBreaches(route: Route, answer: Answer, commonProblems: ReadonlySet<string>): string[] {
  const spec = route.responses[answer.status] ?? (protocolStatuses.has(answer.status) ? protocolResponse : undefined);
  if (spec === undefined) return [`status ${answer.status} is not declared`];
  return [
    ...headerBreaches(spec, answer),
    ...bodyBreaches(spec, answer),
    ...codeBreaches(route, answer, commonProblems),
  ];
}

function headerBreaches(spec: ResponseSpec, answer: Answer): string[] {
  const sent = new Map(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const decoded: Record<string, unknown> = {};
  for (const header of spec.headers) {
    const value = sent.get(header.name.toLowerCase());
    if (value !== undefined) decoded[header.name] = decodeText(String(value), header);
    else if (header.required && spec.headersValidator === null) return [`header ${header.name} is missing`];
  }
  return spec.headersValidator === null ? [] : breaches(spec.headersValidator, 'header', decoded);
}

function bodyBreaches(spec: ResponseSpec, answer: Answer): string[] {
  if (spec.content.length === 0) return answer.body === undefined ? [] : [`status ${answer.status} has no body`];
  const declared = spec.content.find(({ mediaType }) => mediaType === answer.mediaType);
  if (declared === undefined) return [`media type ${answer.mediaType ?? 'none'} is not declared for ${answer.status}`];
  if (declared.validator === null) return [];
  return breaches(declared.validator, 'body', answer.body);
}

function codeBreaches(route: Route, answer: Answer, commonProblems: ReadonlySet<string>): string[] {
  if (answer.mediaType !== problemMediaType) return [];
  const { body } = answer;
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
  if (typeof code !== 'string' || commonProblems.has(code) || route.problems.includes(code)) return [];
  return [`problem ${code} is not in x-problems`];
}

function breaches(validator: string, place: Place, data: unknown): string[] {
  const validate = validatorNamed(byName, validator);
  if (validate(data)) return [];
  return fieldErrors(validate.errors ?? [], place, data).map(({ pointer, detail }) =>
    place === 'body' ? `body ${pointer === '' ? 'itself' : pointer} ${detail}` : `${pointer} ${detail}`,
  );
}
