import { referencedName, resolve, type Document, type Schema } from './document.ts';

const single = new Set([
  'items',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
  'contains',
  'not',
  'if',
  'then',
  'else',
]);
const lists = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const maps = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const literals = new Set([
  'type',
  'format',
  'const',
  'enum',
  'required',
  'dependentRequired',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minContains',
  'maxContains',
  'minProperties',
  'maxProperties',
]);
const annotations = new Set([
  'title',
  'description',
  'default',
  'example',
  'examples',
  'deprecated',
  'xml',
  'externalDocs',
  '$comment',
]);

/**
 * A document's schema as the validator takes it: references by component name, annotations gone, discriminators checked.
 * Knows three positions (schema, map of schemas, literal), so a property called `default` or `x-foo` survives.
 */
export function toValidatorSchema(document: Document, schema: Schema): Schema {
  const result: Schema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$ref') result.$ref = referencedName(value as string, 'schemas');
    else if (keyword === 'discriminator') Object.assign(result, discriminator(document, schema));
    else if (single.has(keyword)) result[keyword] = nested(document, value);
    else if (lists.has(keyword)) result[keyword] = (value as unknown[]).map((item) => nested(document, item));
    else if (maps.has(keyword)) result[keyword] = mapOf(document, value as Record<string, unknown>);
    else if (literals.has(keyword)) result[keyword] = value;
    else if (!annotations.has(keyword) && !keyword.startsWith('x-')) {
      throw new Error(`The schema keyword "${keyword}" is not supported.`);
    }
  }
  return result;
}

function nested(document: Document, value: unknown): unknown {
  return typeof value === 'boolean' ? value : toValidatorSchema(document, value as Schema);
}

function mapOf(document: Document, map: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, nested(document, value)]));
}

/** Ajv refuses `mapping`; each of its keys must therefore be the tag its target declares by `const` or `enum`. */
function discriminator(document: Document, schema: Schema): Schema {
  const { discriminator: keyword, oneOf } = schema;
  if (keyword === undefined || oneOf === undefined) return {};
  const { propertyName, mapping = {} } = keyword;
  for (const [tag, reference] of Object.entries(mapping)) {
    const property = resolve(document, 'schemas', { $ref: reference }).properties?.[propertyName];
    const tags: unknown[] = Array.isArray(property?.['enum']) ? property['enum'] : [property?.['const']];
    if (!tags.includes(tag)) {
      throw new Error(
        `The discriminator maps "${tag}" to ${reference}, whose ${propertyName} is ${JSON.stringify(tags)}.`,
      );
    }
  }
  return { discriminator: { propertyName } };
}
