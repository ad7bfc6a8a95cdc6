import type { Parameter, ScalarType, TextDecoder } from '../route.ts';
import { isReference, resolve, type Document, type ParameterObject, type Schema } from './document.ts';

const scalars = ['string', 'integer', 'number', 'boolean', 'null'] as const satisfies ScalarType[];

/**
 * How a header's text becomes a value of this schema. Throws for what the decoder cannot do, so that no document can ask
 * for it.
 */
export function headerDecoder(document: Document, schema: Schema | undefined, where: string): TextDecoder {
  return textDecoder(document, schema, 'list', where);
}

/** The decoder's view of one parameter. Only the styles `simple` (path, header) and `form` (query) exist. */
export function parameterOf(document: Document, parameter: ParameterObject, operationId: string): Parameter {
  const where = `${operationId}: ${parameter.in} parameter ${parameter.name}`;
  if (parameter.in === 'cookie') throw new Error(`${where}: cookies are not supported.`);
  const style = parameter.in === 'query' ? 'form' : 'simple';
  if ((parameter.style ?? style) !== style) throw new Error(`${where}: only style ${style} is supported.`);
  const fallback = schemaOf(document, parameter.schema, where).default;
  return {
    name: parameter.name,
    in: parameter.in,
    required: parameter.required ?? false,
    ...textDecoder(document, parameter.schema, arrayForm(parameter), where),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

function arrayForm({ in: place, explode }: ParameterObject): NonNullable<TextDecoder['array']> {
  if (place === 'header') return 'list';
  return place === 'query' && (explode ?? true) ? 'repeated' : 'comma';
}

function textDecoder(
  document: Document,
  schema: Schema | undefined,
  array: NonNullable<TextDecoder['array']>,
  where: string,
): TextDecoder {
  const resolved = schemaOf(document, schema, where);
  if (resolved.type !== 'array') return { types: scalarTypes(resolved, where) };
  return { types: scalarTypes(schemaOf(document, resolved.items, where), where), array };
}

function scalarTypes({ type }: Schema, where: string): ScalarType[] {
  const names = [type ?? []].flat();
  const types = names.flatMap((name) => scalars.find((scalar) => scalar === name) ?? []);
  if (types.length === 0 || types.length !== names.length) {
    throw new Error(`${where}: a text of type "${names.join('|')}" cannot be decoded.`);
  }
  return types;
}

function schemaOf(document: Document, schema: Schema | undefined, where: string): Schema {
  if (schema === undefined) throw new Error(`${where} has no schema.`);
  return isReference(schema) ? resolve(document, 'schemas', schema) : schema;
}
