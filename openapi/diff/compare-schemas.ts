import { isReference, referencedName } from '../../src/contract/generator/document.ts';
import type { Document, Schema } from '../../src/contract/generator/document.ts';
import { keywordChanges } from './compare-keywords.ts';
import type { Change } from './compare-keywords.ts';

/** Callers suffer when what they send is narrowed, and when what they get is widened. */
export type Direction = 'request' | 'response';

/** Both documents of one comparison. */
export interface Documents {
  readonly old: Document;
  readonly new: Document;
}

/** Compares schemas pair by pair, following references; recursive schemas end where a pair comes up again. */
export class SchemaComparison {
  readonly #documents: Documents;
  readonly #direction: Direction;
  readonly #report: (text: string) => void;
  /** Pairs that are being compared further up. */
  readonly #open = new Set<string>();

  /** @param report gets each break as text, such as `` `items/[]/coins` is no longer required ``. */
  constructor(documents: Documents, direction: Direction, report: (text: string) => void) {
    this.#documents = documents;
    this.#direction = direction;
    this.#report = report;
  }

  /** @param at the place in the message, such as `items/[]/coins`; empty for the whole. */
  compare(before: Schema | undefined, after: Schema | undefined, at = ''): void {
    if (before === undefined && after === undefined) return;
    if (before === undefined || after === undefined) {
      this.#judge({ effect: before === undefined ? 'narrower' : 'wider', text: 'has another schema' }, at);
      return;
    }
    const pair = isReference(before) ? JSON.stringify([before, after]) : null;
    if (pair !== null && this.#open.has(pair)) return;
    if (pair !== null) this.#open.add(pair);
    const [left, right] = [resolved(this.#documents.old, before), resolved(this.#documents.new, after)];
    for (const change of keywordChanges(left, right)) this.#judge(change, at);
    this.#compareProperties(left, right, at);
    this.#compareBranches(left, right, at);
    for (const keyword of ['items', 'propertyNames', 'additionalProperties', 'contentSchema'] as const) {
      const [old, next] = [schemaAt(left, keyword), schemaAt(right, keyword)];
      if (old !== undefined && next !== undefined)
        this.compare(old, next, join(at, keyword === 'items' ? '[]' : keyword));
    }
    if (pair !== null) this.#open.delete(pair);
  }

  #judge({ effect, text }: Change, at: string): void {
    const harmless = this.#direction === 'request' ? 'wider' : 'narrower';
    if (effect !== harmless) this.#report(`${at === '' ? 'the whole' : `\`${at}\``} ${text}`);
  }

  /** Objects are closed: a property that is gone is refused in a request and missed in an answer. A new one is harmless. */
  #compareProperties(left: Schema, right: Schema, at: string): void {
    const [old, next] = [left.properties ?? {}, right.properties ?? {}];
    const [oldRequired, nextRequired] = [left.required ?? [], right.required ?? []];
    for (const [name, schema] of Object.entries(old)) {
      const successor = next[name];
      if (successor === undefined) this.#report(`\`${join(at, name)}\` is gone`);
      else this.compare(schema, successor, join(at, name));
    }
    for (const name of Object.keys(next)) {
      const [was, is] = [oldRequired.includes(name), nextRequired.includes(name)];
      if (was === is || (this.#direction === 'response' && old[name] === undefined)) continue;
      const text = is ? 'is required now' : 'is no longer required';
      this.#judge({ effect: is ? 'narrower' : 'wider', text }, join(at, name));
    }
  }

  /** Branches of `oneOf`, `anyOf` and `allOf` are the same when they refer to the same name, or else say the same. */
  #compareBranches(left: Schema, right: Schema, at: string): void {
    for (const keyword of ['oneOf', 'anyOf', 'allOf'] as const) {
      const [old, next] = [branches(left, keyword), branches(right, keyword)];
      const [more, less] = keyword === 'allOf' ? (['narrower', 'wider'] as const) : (['wider', 'narrower'] as const);
      for (const [name, branch] of old) {
        const successor = next.get(name);
        if (successor !== undefined) this.compare(branch, successor, at);
        else this.#judge({ effect: less, text: `lost the branch ${name} of ${keyword}` }, at);
      }
      for (const name of next.keys()) {
        if (!old.has(name)) this.#judge({ effect: more, text: `has a new branch ${name} of ${keyword}` }, at);
      }
    }
  }
}

function resolved(document: Document, schema: Schema): Schema {
  if (!isReference(schema)) return schema;
  const target = document.components.schemas?.[referencedName(schema.$ref, 'schemas')];
  if (target === undefined) throw new Error(`${schema.$ref} points to nothing.`);
  // What stands beside a reference holds too.
  const { $ref: _, ...beside } = schema;
  return { ...resolved(document, target), ...beside };
}

function schemaAt(schema: Schema, keyword: string): Schema | undefined {
  const value = schema[keyword];
  return typeof value === 'object' && value !== null ? (value as Schema) : undefined;
}

function branches(schema: Schema, keyword: string): Map<string, Schema> {
  const list = Array.isArray(schema[keyword]) ? (schema[keyword] as Schema[]) : [];
  return new Map(list.map((branch) => [branch.$ref?.split('/').at(-1) ?? JSON.stringify(branch), branch]));
}

function join(at: string, part: string): string {
  return at === '' ? part : `${at}/${part}`;
}
