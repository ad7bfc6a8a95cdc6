/** The two parameters of one column: an array to `unnest`, and what to fall back on where it holds nothing. */
export type Column<Value> = readonly [each: readonly Value[], all: Value | null];

/**
 * Sends a column's values once when all rows share one, else one a row. Many rows of one cause differ in little else than
 * their ids, and what travels costs more than what is stored.
 *
 * In SQL: `coalesce(row.name, $all)` over `unnest(..., $each::text[]) as row (..., name)`, which fills missing ends with null.
 * At least one other array must be whole, or there are no rows.
 */
export function column<Value extends string | number | boolean | Date | null>(values: readonly Value[]): Column<Value> {
  const [first = null] = values;
  return values.every((value) => same(value, first)) ? [[], first] : [values, null];
}

function same(one: unknown, other: unknown): boolean {
  return one === other || (one instanceof Date && other instanceof Date && one.getTime() === other.getTime());
}
