import { annotationFormats, stringFormats } from '../../src/contract/generator/formats.ts';
import { schemaRule } from './rule.ts';
import { hasType } from './types.ts';

/** An unbounded string is memory and storage that strangers decide about; an unconstrained one carries NUL to PostgreSQL. */
export const stringLimits = schemaRule((schema, report) => {
  if (!hasType(schema, 'string') || schema.format === 'binary' || 'const' in schema || 'enum' in schema) return;
  if (typeof schema['maxLength'] !== 'number') report('A string needs maxLength.');
  const checked = schema.format !== undefined && schema.format in stringFormats;
  if (!checked && !('pattern' in schema)) {
    report('A string needs a pattern, a checking format, an enum or a const; free text is pattern ^[^\\u0000]*$.');
  }
});

/** A format nobody checks promises what is not kept. */
export const formatList = schemaRule((schema, report) => {
  if (schema.format === undefined) return;
  const known = [...Object.keys(stringFormats), ...annotationFormats];
  if (!known.includes(schema.format)) {
    report(`The format ${schema.format} is not one of ${known.join(', ')}.`, ['format']);
  }
});

/** Patterns must mean the same to ECMAScript, RE2 and the generators of clients and test data. */
export const patternSubset = schemaRule((schema, report) => {
  const { pattern } = schema;
  if (typeof pattern !== 'string') return;
  const complaint = complaintAbout(pattern);
  if (complaint !== undefined) report(`The pattern ${pattern} ${complaint}.`, ['pattern']);
});

function complaintAbout(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    return `is not valid with the u flag: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!pattern.startsWith('^') || !/(?:^|[^\\])(?:\\\\)*\$$/.test(pattern)) return 'is not anchored with ^ and $';
  if (splitsAtTop(pattern)) return 'has alternatives that the anchors do not enclose; put them in a group';
  if (/\(\?(?:[=!]|<[=!])/.test(pattern)) return 'looks ahead or behind, which RE2 cannot';
  if (/\\[pP]\{/.test(pattern)) return 'uses a Unicode property, which RE2 and generators read differently';
  if (/\\[1-9k]/.test(pattern)) return 'refers back to a group, which RE2 cannot';
  if (/\\[-/]/.test(pattern)) return 'escapes what needs no escape';
  if (/[+*}]\)(?:[+*]|\{\d+,\})/.test(pattern) && nestedRepetition.test(pattern)) {
    return 'repeats a group that ends in a repetition, which can take exponential time';
  }
  return undefined;
}

/** `^a|b$` means "begins with a, or ends with b". */
function splitsAtTop(pattern: string): boolean {
  const outside = pattern.replaceAll(/\\./g, '').replaceAll(/\[[^\]]*\]/g, '');
  let depth = 0;
  for (const character of outside) {
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === '|' && depth === 0) return true;
  }
  return false;
}

// A group that holds nothing but one repeated class, itself repeated: (a+)+, ([a-z]*)*.
const nestedRepetition = /\((?:\?:)?(?:\[[^\]]*\]|\\?[^()[\]\\])[+*]\)(?:[+*]|\{\d+,\})/;
