import { schemaRule } from './rule.ts';
import { hasType, isNamed, typesOf } from './types.ts';

const largestSafe = 2 ** 53 - 1;

/** Numbers beyond these limits change on their way through JSON, or meet an overflow in PostgreSQL. */
export const numberLimits = schemaRule((schema, report) => {
  const integer = hasType(schema, 'integer');
  if ((!integer && !hasType(schema, 'number')) || 'const' in schema || 'enum' in schema) return;
  const lowest = schema['minimum'] ?? schema['exclusiveMinimum'];
  const highest = schema['maximum'] ?? schema['exclusiveMaximum'];
  if (typeof lowest !== 'number' || typeof highest !== 'number') report('A number needs minimum and maximum.');
  else if (lowest < -largestSafe || highest > largestSafe) report(`A number must stay within ±${largestSafe}.`);
  else if (integer && schema.format === 'int32' && (lowest < -(2 ** 31) || highest > 2 ** 31 - 1)) {
    report('The limits are beyond int32.', ['format']);
  }
  const formats = integer ? ['int32', 'int64'] : ['double'];
  if (!formats.includes(schema.format ?? '')) report(`The format of a number is ${formats.join(' or ')}.`);
});

/** Arrays and maps without a limit make a small request expensive. */
export const collectionLimits = schemaRule((schema, report) => {
  if (hasType(schema, 'array')) {
    if (typeof schema['maxItems'] !== 'number') report('An array needs maxItems.');
    if (schema.items === undefined) report('An array needs items.');
  }
  if (hasType(schema, 'object') && typeof schema['additionalProperties'] === 'object') {
    if (typeof schema['maxProperties'] !== 'number') report('A map needs maxProperties.');
    if (schema['propertyNames'] === undefined) report('A map needs propertyNames.');
  }
});

/**
 * In an open object a misspelt field is silently ignored. What a vendor's program writes (`x-foreign: <vendor>`) is open: it
 * gets new fields without asking us.
 */
export const closedObjects = schemaRule((schema, report) => {
  if (typeof schema['x-foreign'] === 'string') return;
  if (!hasType(schema, 'object') && !('properties' in schema)) return;
  const additional = schema['additionalProperties'];
  const closed = additional === false || (typeof additional === 'object' && schema.properties === undefined);
  const closedBesideParts =
    schema['unevaluatedProperties'] === false && ('allOf' in schema || 'oneOf' in schema || 'anyOf' in schema);
  if (!closed && !closedBesideParts && schema.oneOf === undefined) {
    report('An object is closed: additionalProperties: false, or unevaluatedProperties: false beside allOf.');
  }
});

/** Generators of clients would invent names such as InlineObject21. */
export const namedObjects = schemaRule((schema, report, { pointer }) => {
  const named = isNamed(pointer);
  const object = 'properties' in schema || (hasType(schema, 'object') && schema.oneOf === undefined);
  if (!named && object) report('An object schema stands under its own name in components/schemas.');
  const name = pointer.slice(pointer.lastIndexOf('/') + 1);
  if (named && !/^[A-Z][A-Za-z0-9]*$/.test(name)) report(`The schema name ${name} is not PascalCase.`);
});

/** Without `type` a keyword applies only to values that happen to have the right type. */
export const explicitTypes = schemaRule((schema, report, { pointer }) => {
  const nullable = Array.isArray(schema['anyOf']);
  if (typesOf(schema).length === 0 && !nullable) report('A schema needs type.');
  if (typesOf(schema).includes('null') && typesOf(schema).length === 1 && !/\/anyOf\/\d+$/.test(pointer)) {
    report('null alone is no type; write type: [T, "null"] or anyOf with a reference.', ['type']);
  }
  if (typesOf(schema).filter((type) => type !== 'null').length > 1) {
    report('A schema has one type, or one type and null.', ['type']);
  }
  const values = schema['enum'];
  if (Array.isArray(values) && hasType(schema, 'null') !== values.includes(null)) {
    report('A nullable enum has null both in type and in enum.', ['enum']);
  }
});

/** Null has two spellings, so that every generator sees "optional value" and not a union. */
export const nullableForm = schemaRule((schema, report) => {
  if ('nullable' in schema) report('nullable is OpenAPI 3.0; write type: [T, "null"].', ['nullable']);
  const { anyOf } = schema;
  if (!Array.isArray(anyOf)) return;
  const branches = anyOf as { $ref?: string; type?: unknown }[];
  const references = branches.filter((branch) => branch.$ref !== undefined);
  if (branches.length !== 2 || references.length !== 1 || !branches.some((branch) => branch.type === 'null')) {
    report('anyOf is for a reference or null only: anyOf: [{$ref}, {type: "null"}]. For kinds of things use oneOf.');
  }
});

/** A default that the validator never fills in, or that can never apply, misleads. */
export const defaultPlace = schemaRule((schema, report, { pointer, resolve }) => {
  if ('default' in schema && /\/(?:oneOf|anyOf|allOf)\/\d+(?:\/|$)/.test(pointer)) {
    report('No default inside a union.', ['default']);
  }
  for (const name of schema.required ?? []) {
    const property = schema.properties?.[name];
    if (property !== undefined && 'default' in resolve(property)) {
      report(`${name} is required, so its default can never apply.`, ['properties', name]);
    }
  }
});

/** The one form of union that validators, generators and test tools agree on. */
export const unionShape = schemaRule((schema, report, { resolve }) => {
  const { oneOf, discriminator } = schema;
  if (oneOf === undefined) {
    if (discriminator !== undefined) report('A discriminator stands beside oneOf.', ['discriminator']);
    return;
  }
  if (discriminator?.mapping === undefined) {
    report('oneOf needs a discriminator with propertyName and mapping.');
    return;
  }
  if (!hasType(schema, 'object')) report('A union has type: object.');
  const { propertyName, mapping } = discriminator;
  const mapped = new Set(Object.values(mapping));
  for (const [index, branch] of oneOf.entries()) {
    if (branch.$ref === undefined || !mapped.has(branch.$ref)) {
      report('Each branch of oneOf is a reference that stands in the mapping.', ['oneOf', index]);
      continue;
    }
    const target = resolve(branch);
    const tag = target.properties?.[propertyName];
    const tags = tag === undefined ? [] : 'const' in tag ? [tag['const']] : [tag['enum'] ?? []].flat();
    const keys = Object.keys(mapping).filter((key) => mapping[key] === branch.$ref);
    if (target.oneOf !== undefined) report('A branch of a union is an object, not another union.', ['oneOf', index]);
    else if (!keys.every((key) => tags.includes(key)) || keys.length !== tags.length) {
      report(`The mapping of ${branch.$ref} is not the const of its ${propertyName}.`, ['oneOf', index]);
    } else if (!(target.required ?? []).includes(propertyName)) {
      report(`${propertyName} is not required in ${branch.$ref}.`, ['oneOf', index]);
    }
  }
});
