import type { FieldError } from '../shared/problem.ts';
import { fieldErrors } from './field-errors.ts';
import { routes } from './generated/routes.ts';
import * as validators from './generated/validators.js';
import type { Input, OperationId } from './handlers.ts';
import type { Validator } from './validator.ts';

const byName: Readonly<Record<string, Validator | undefined>> = validators;

type JsonBody<O extends OperationId> = Input<O> extends { readonly body: infer Body } ? Body : never;

/** Judges JSON by the body of an operation: for doors that take many such bodies at once, as the lines of a file. */
export function createBodyJudge<O extends OperationId>(
  operationId: O,
): (body: unknown) => { readonly body: JsonBody<O> } | { readonly errors: readonly FieldError[] } {
  const route = routes.find((candidate) => candidate.operationId === operationId);
  const name = route?.requestBody?.content[0]?.validator ?? undefined;
  const validate = name === undefined ? undefined : byName[name];
  if (validate === undefined) throw new Error(`${operationId} takes no JSON.`);
  return (body) => {
    if (validate(body)) return { body: body as JsonBody<O> };
    return { errors: fieldErrors(validate.errors ?? [], 'body', body) };
  };
}
