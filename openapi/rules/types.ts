import type { Schema } from '../../src/contract/generator/document.ts';

export function typesOf(schema: Schema): readonly string[] {
  return [schema.type ?? []].flat();
}

export function hasType(schema: Schema, type: string): boolean {
  return typesOf(schema).includes(type);
}

/** True for a schema that stands under its own name in `components`. */
export function isNamed(pointer: string): boolean {
  return /^#\/components\/schemas\/[^/]+$/.test(pointer);
}
