import { countSealedValues } from '../../database/sealed-column.ts';
import type { SealedColumn } from '../../database/sealed-column.ts';
import type { Queryable } from '../../database/transaction.ts';
import { KEY_ID } from '../../shared/key-ring.ts';
import type { KeyRing } from '../../shared/key-ring.ts';

/**
 * What every key still protects, as a table for people.
 *
 * @returns `missing`: values are sealed under a key that is not in the ring
 */
export async function describeKeys(
  queryable: Queryable,
  ring: KeyRing,
  columns: readonly SealedColumn[],
): Promise<{ readonly text: string; readonly missing: boolean }> {
  const uses: { readonly id: string; readonly what: string }[] = [];
  for (const sealed of columns) {
    for (const { keyId, values } of await countSealedValues(queryable, sealed)) {
      const id = KEY_ID.test(keyId) ? keyId : '(unreadable)';
      uses.push({ id, what: `${values.toLocaleString('en')} of ${sealed.table}.${sealed.column}` });
    }
  }
  const unknown = [...new Set(uses.map(({ id }) => id))].filter((id) => !ring.ids.includes(id));
  const width = Math.max(...[...ring.ids, ...unknown, 'key'].map((id) => id.length));
  const line = (id: string, state: string, what: string) =>
    `${id.padEnd(width)}  ${state.padEnd(16)}  ${what}`.trimEnd();
  const describe = (id: string, state: string) => {
    const [first = 'nothing', ...more] = uses.filter((use) => use.id === id).map(({ what }) => what);
    return [line(id, state, first), ...more.map((what) => line('', '', what))];
  };
  const lines = [
    line('key', 'state', 'protects'),
    ...ring.ids.flatMap((id) => describe(id, id === ring.newest ? 'seals and opens' : 'opens')),
    ...unknown.flatMap((id) => describe(id, 'MISSING')),
  ];
  return { text: lines.join('\n'), missing: unknown.length > 0 };
}
