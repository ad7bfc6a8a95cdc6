import { statement } from './transaction.ts';
import type { Queryable } from './transaction.ts';

/** Our own schemas: everything but PostgreSQL's and the job queue's, which has its own migrations. */
const ours = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'graphile_worker', 'public')`;

/** `portico_app: insert, select` for everyone but the owner, whose rights are whole. */
const grants = (acl: string): string => `
  select string_agg(format('grant %s: %s', grantee, rights), E'\\n' order by grantee)
  from (
    select coalesce(nullif(a.grantee, 0)::regrole::text, 'public') as grantee,
      string_agg(lower(a.privilege_type), ', ' order by a.privilege_type) as rights
    from aclexplode(${acl}) as a where a.grantee <> a.grantor group by a.grantee
  ) as granted`;

interface Described {
  /** What it is and what it is called: the order of the description. */
  readonly heading: string;
  /** Everything else that matters about it, one fact per line. */
  readonly facts: string;
}

const schemas = statement<Described>(
  'schema.describe_schemas',
  `select 'schema ' || n.nspname as heading, coalesce((${grants('n.nspacl')}), '') as facts
   from pg_namespace as n where ${ours} order by 1`,
);

const tables = statement<Described>(
  'schema.describe_tables',
  `select format('%s %s', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
       when 'p' then 'partitioned table' else case c.relpersistence when 'u' then 'unlogged table' else 'table' end end,
       c.oid::regclass) as heading,
     concat_ws(E'\\n',
       (select string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
            case when a.attnotnull then 'not null' end,
            case when a.attidentity <> '' then 'identity' end,
            case when a.attgenerated <> '' then 'generated' end,
            case when a.attcollation not in (0, 100) then 'collate ' || a.attcollation::regcollation end,
            'default ' || pg_get_expr(d.adbin, d.adrelid)), E'\\n' order by a.attnum)
        from pg_attribute as a left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and c.relkind <> 'S'),
       case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
       (select string_agg(format('constraint %s %s', k.conname, pg_get_constraintdef(k.oid)), E'\\n' order by k.conname)
        from pg_constraint as k where k.conrelid = c.oid and k.contype <> 'n'),
       (select string_agg(pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ' INVALID' end, E'\\n'
            order by i.indexrelid::regclass::text)
        from pg_index as i where i.indrelid = c.oid
          and not exists (select from pg_constraint as k where k.conindid = i.indexrelid and k.conrelid = c.oid)),
       (select string_agg(pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else ' DISABLED' end, E'\\n'
            order by t.tgname)
        from pg_trigger as t where t.tgrelid = c.oid and not t.tgisinternal),
       'with ' || array_to_string(c.reloptions, ', '),
       case when c.relrowsecurity then 'row level security' end,
       (${grants('c.relacl')}),
       (select string_agg(format('column %s %s', a.attname, (${grants('a.attacl')})), E'\\n' order by a.attnum)
        from pg_attribute as a where a.attrelid = c.oid and a.attacl is not null)) as facts
   from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
   where ${ours} and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
     -- The sequence of an identity column belongs to its table.
     and not exists (select from pg_depend as p where p.objid = c.oid and p.deptype = 'i' and c.relkind = 'S')
   order by c.oid::regclass::text`,
);

const routines = statement<Described>(
  'schema.describe_routines',
  `select 'routine ' || p.oid::regprocedure as heading,
     concat_ws(E'\\n', pg_get_functiondef(p.oid), (${grants("coalesce(p.proacl, acldefault('f', p.proowner))")})) as facts
   from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
   where ${ours} and p.prokind in ('f', 'p') order by p.oid::regprocedure::text`,
);

const types = statement<Described>(
  'schema.describe_types',
  `select format('%s %s', case t.typtype when 'd' then 'domain' else 'enum' end, t.oid::regtype) as heading,
     concat_ws(E'\\n',
       (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum as e where e.enumtypid = t.oid),
       case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
       (select string_agg(pg_get_constraintdef(k.oid), E'\\n' order by k.conname) from pg_constraint as k where k.contypid = t.oid)
     ) as facts
   from pg_type as t join pg_namespace as n on n.oid = t.typnamespace
   where ${ours} and t.typtype in ('d', 'e') order by t.oid::regtype::text`,
);

/**
 * The whole schema as text: tables, columns, constraints, indexes, triggers, routines, types and the rights of every role.
 * Equal schemas give equal texts, however they came about. The embedded server brings no pg_dump.
 */
export async function describeSchema(owner: Queryable): Promise<string> {
  const parts: string[] = [];
  for (const described of [schemas, types, tables, routines]) {
    for (const { heading, facts } of await owner.query(described)) {
      const lines = facts.split('\n').filter((line) => line.trim() !== '');
      parts.push([heading, ...lines.map((line) => `  ${line.trimEnd()}`)].join('\n'));
    }
  }
  return `${parts.join('\n\n')}\n`;
}
