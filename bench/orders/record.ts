/** The statements of one placement, as Portico sends them, as a script for pgbench. */
import type { Statement, Transaction } from '../../src/database/transaction.ts';
import { statement } from '../../src/database/transaction.ts';
import { articleId, ARTICLES, openShop } from './shop.ts';

interface Sent {
  readonly text: string;
  readonly values: readonly unknown[];
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

const typesStatement = statement<{ types: string[] }>(
  '',
  `select parameter_types::text[] as types from pg_prepared_statements where name = 'bench_probe'`,
);

/**
 * Places two orders and writes down what was sent for the second. Ids that differ between the two are made anew by pgbench for each
 * transaction; everything else, texts and times among it, is sent as it was.
 *
 * @param wide another article each time, of all there are
 */
export async function recordScript(url: string, wide: boolean): Promise<string> {
  const { portico, place } = await openShop(url);
  try {
    const runs: Sent[][] = [];
    for (let run = 0; run < 2; run += 1) {
      runs.push([]);
      const sent = runs.at(-1) ?? [];
      await portico.database.transaction((tx) => place(recording(tx, sent), articleId(0)));
    }
    const [first = [], second = []] = runs;
    const known = new Set(idsOf(first));
    const fresh = [...new Set(idsOf(second).filter((id) => !known.has(id)))];
    const made = new Map(
      fresh.map((id, n) => [
        id,
        `'000000${(16 + n).toString(16)}-0000-7001-8000-' || lpad(to_hex(:n::bigint), 12, '0')`,
      ]),
    );
    if (wide) made.set(articleId(0), `'00000000-0000-7009-8000-' || lpad(to_hex(:article::int), 12, '0')`);
    const lines = await portico.database.transaction(async (tx) => {
      const texts: string[] = [];
      for (const one of second) texts.push(filled(one, await typesOf(tx, one.text), made));
      return texts;
    });
    // 2⁴⁰: no two orders of a run are likely to meet.
    const sets = ['\\set n random(1, 1099511627776)', `\\set article random(0, ${ARTICLES - 1})`];
    return [...sets, 'begin;', ...lines, 'commit;', ''].join('\n');
  } finally {
    await portico.stop();
  }
}

function recording(tx: Transaction, sent: Sent[]): Transaction {
  return {
    ...tx,
    query: <Row>(asked: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> => {
      sent.push({ text: asked.text, values });
      return tx.query(asked, values);
    },
  };
}

function idsOf(sent: readonly Sent[]): string[] {
  const values = sent.flatMap((one) => one.values).filter((value) => value !== null && value !== undefined);
  return values.map(textOf).join(' ').match(UUID) ?? [];
}

async function typesOf(tx: Transaction, text: string): Promise<readonly string[]> {
  await tx.query(statement('', `prepare bench_probe as ${text}`));
  const [row] = await tx.query(typesStatement);
  await tx.query(statement('', 'deallocate bench_probe'));
  return row?.types ?? [];
}

function filled({ text, values }: Sent, types: readonly string[], made: ReadonlyMap<string, string>): string {
  const literal = (value: unknown, type: string): string => `(${expressionOf(value, made)})::${type}`;
  const whole = text.replaceAll(/\$(\d+)/g, (_, n: string) =>
    literal(values[Number(n) - 1], types[Number(n) - 1] ?? 'text'),
  );
  return `${whole.replaceAll(/\s+/g, ' ')};`;
}

/** As text, with the ids of this order in place of the recorded ones. */
function expressionOf(value: unknown, made: ReadonlyMap<string, string>): string {
  if (value === null || value === undefined) return 'null';
  const text = textOf(value);
  // A space behind each colon: pgbench takes a colon before a word for a variable.
  const quoted = `'${text.replaceAll("'", "''").replaceAll(/":(?! )/g, '": ')}'`;
  const replaced = [...new Set(text.match(UUID) ?? [])].filter((id) => made.has(id));
  return replaced.reduce((sql, id) => `replace(${sql}, '${id}', ${made.get(id) ?? ''})`, quoted);
}

/** As PostgreSQL reads it. */
function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `{${value.map((item) => (item === null ? 'null' : `"${textOf(item)}"`)).join(',')}}`;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw new TypeError(`A statement was given a ${typeof value}.`);
}
