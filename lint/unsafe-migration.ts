/** Why a kind of statement is dangerous while the previous release still runs, or while traffic waits for its lock. */
interface Danger {
  readonly pattern: RegExp;
  /** The table whose being new in the same migration makes the statement harmless, by capture group. */
  readonly table?: number;
  readonly reason: string;
}

const name = String.raw`((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)`;
const alter = String.raw`^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?${name}`;

const dangers: readonly Danger[] = [
  { pattern: /^drop\s/, reason: 'the previous release may still use it' },
  { pattern: /^truncate\s/, reason: 'the previous release may still use it' },
  {
    pattern: /^alter\s.*\srename\s/s,
    reason: 'the previous release knows the old name: add, write both, backfill, read new, drop',
  },
  {
    pattern: new RegExp(`${alter}.*\\bdrop\\s+(?!constraint|not\\s+null|default|expression|identity)`, 's'),
    table: 1,
    reason: 'the previous release may still use it',
  },
  {
    pattern: new RegExp(`${alter}.*\\balter\\s+(?:column\\s+)?\\S+\\s+(?:set\\s+data\\s+)?type\\s`, 's'),
    table: 1,
    reason: 'most type changes rewrite the table under an exclusive lock: add a column, backfill, switch',
  },
  {
    pattern: new RegExp(`${alter}.*\\bset\\s+not\\s+null`, 's'),
    table: 1,
    reason: 'it scans the table under an exclusive lock: add constraint … not null … not valid, validate it later',
  },
  {
    pattern: new RegExp(`${alter}.*\\badd\\s+constraint\\b(?!.*\\bnot\\s+valid\\b)(?!.*\\busing\\s+index\\b)`, 's'),
    table: 1,
    reason: 'it checks every row under a lock: add it "not valid", validate it in a later migration',
  },
  {
    pattern: new RegExp(
      `${alter}.*\\badd\\s+(?:check|foreign\\s+key|unique|primary\\s+key)\\b(?!.*\\bnot\\s+valid\\b)`,
      's',
    ),
    table: 1,
    reason: 'it checks every row under a lock: add it "not valid", validate it in a later migration',
  },
  {
    pattern: new RegExp(
      `${alter}.*\\badd\\s+(?:column\\s+).*(?:\\bstored\\b|\\bdefault\\s+(?:clock_timestamp|random|gen_random_uuid|uuidv[47]|nextval)\\b)`,
      's',
    ),
    table: 1,
    reason: 'a volatile default or stored column rewrites the table: add it empty, backfill in batches',
  },
  {
    pattern: new RegExp(`^create\\s+(?:unique\\s+)?index\\s+(?!concurrently\\b).*?\\bon\\s+(?:only\\s+)?${name}`, 's'),
    table: 1,
    reason:
      'it stops writes while it builds: use "concurrently" in a migration without transaction, after dropping an invalid leftover',
  },
  {
    pattern: /^(?:vacuum\s+full|cluster|reindex(?!.*concurrently))\b/s,
    reason: 'it locks the table for as long as it takes',
  },
];

/** `-- safe since 0.4.0: nothing reads it any more` in front of a statement vouches for it. */
const vouched = /--\s*safe since \d+\.\d+(?:\.\d+)?:\s*\S/;

/**
 * The statements of one migration that are not safe under traffic.
 *
 * @param statements - what the migration sends, in order; each may hold several statements.
 * @returns one line per danger: the statement's beginning and what to do instead.
 */
export function findUnsafeStatements(statements: readonly string[]): string[] {
  const created = new Set<string>();
  const found: string[] = [];
  for (const { text, comments } of statements.flatMap(splitStatements)) {
    const table = new RegExp(`^create\\s+(?:unlogged\\s+)?table\\s+(?:if\\s+not\\s+exists\\s+)?${name}`).exec(
      text,
    )?.[1];
    if (table !== undefined) created.add(table);
    if (vouched.test(comments)) continue;
    for (const { pattern, table: group, reason } of dangers) {
      const match = pattern.exec(text);
      if (match === null || (group !== undefined && created.has(match[group] ?? ''))) continue;
      found.push(`${text.replaceAll(/\s+/g, ' ').slice(0, 80)}: ${reason}`);
      break;
    }
  }
  return found;
}

interface SplitStatement {
  /** Lower case, without comments and without the insides of strings and function bodies. */
  readonly text: string;
  /** The comments in front of it and in it. */
  readonly comments: string;
}

const token = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1|;|[^-/'$;]+|[-/'$]/g;

function splitStatements(sql: string): SplitStatement[] {
  const result: SplitStatement[] = [];
  let text = '';
  let comments = '';
  const end = (): void => {
    if (text.trim() !== '') result.push({ text: text.trim().toLowerCase(), comments });
    text = '';
    comments = '';
  };
  for (const [part, dollar] of sql.matchAll(token)) {
    if (part.startsWith('--') || part.startsWith('/*')) {
      comments += `${part}\n`;
      text += ' ';
    } else if (dollar !== undefined || (part.startsWith("'") && part.length > 1)) text += "''";
    else if (part === ';') end();
    else text += part;
  }
  end();
  return result;
}
