import { isReference, resolve, type Document, type ParameterObject, type Schema } from './document.ts';
import type { Parameter, ScalarType, TextDecoder } from '../route.ts';

const scalars: readonly string[] = ['string', 'integer', 'number', 'boolean', 'null'] satisfies ScalarType[];

/** How text becomes a value of this schema. Throws for what the decoder cannot do, so that no document can ask for it. */
export function textDecoder(document: Document, schema: Schema | undefined, where: string): TextDecoder {
  const resolved = resolveSchema(document, schema, where);
  const types = scalarTypes(resolved, where);
  if (types.length !== 1 || types[0] !== 'array') return { types: types as ScalarType[] };
  const items = scalarTypes(resolveSchema(document, resolved.items, where), where);
  if (!items.every((type) => scalars.includes(type)))
    throw new Error(`${where}: an array of ${items.join('|')} has no text form.`);
  return { types: items as ScalarType[], array: 'comma' };
}

function scalarTypes(schema: Schema, where: string): string[] {
  const types = [schema.type ?? []].flat();
  const known =
    types.length > 0 && types.every((type) => scalars.includes(type) || (type === 'array' && types.length === 1));
  if (!known) throw new Error(`${where}: a text of type "${types.join('|')}" cannot be decoded.`);
  return types;
}

function resolveSchema(document: Document, schema: Schema | undefined, where: string): Schema {
  if (schema === undefined) throw new Error(`${where} has no schema.`);
  return isReference(schema) ? resolve(document, 'schemas', schema) : schema;
}

/** The decoder's view of one parameter. Only `simple` (path, header) and `form` (query) styles exist. */
export function parameterOf(document: Document, parameter: ParameterObject, operationId: string): Parameter {
  const where = `${operationId}: ${parameter.in} parameter ${parameter.name}`;
  if (parameter.in === 'cookie') throw new Error(`${where}: cookies are not supported.`);
  const style = parameter.in === 'query' ? 'form' : 'simple';
  if (parameter.style !== undefined && parameter.style !== style)
    throw new Error(`${where}: only style ${style} is supported.`);
  const { types, array } = textDecoder(document, parameter.schema, where);
  const fallback = resolveSchema(document, parameter.schema, where).default;
  const repeated = parameter.in === 'query' && (parameter.explode ?? true);
  return {
    name: parameter.name,
    in: parameter.in,
    required: parameter.required ?? false,
    types,
    ...(array === undefined ? {} : { array: repeated ? ('repeated' as const) : array }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}
