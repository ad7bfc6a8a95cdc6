import pg from 'pg';
import { memberId, MEMBERS, ownerUserId, teamId, TEAMS } from './people.ts';

/** The team with many expenses stands behind all others. */
const LARGE_TEAM = TEAMS;
/** Its members. */
const PEOPLE = 20;

/** Teams of five without expenses. */
export async function seedTeams(url: string): Promise<void> {
  await withClient(url, async (client) => {
    for (let team = 0; team < TEAMS; team += 1) await seedTeam(client, team, MEMBERS);
    await client.query('vacuum analyze teams.members');
  });
}

async function seedTeam(client: pg.Client, team: number, size: number): Promise<void> {
  await client.query(`insert into teams.teams (id, name, created_at) values ($1, 'Bench', now())`, [teamId(team)]);
  const ids = Array.from({ length: size }, (_, member) => memberId(team, member));
  await client.query(
    `insert into teams.members (id, team_id, user_id, name, role, joined_at)
     select id, $1, case when n = 1 then $2::uuid end, 'Somebody', case when n = 1 then 'owner' else 'member' end, now()
     from unnest($3::uuid[]) with ordinality as given (id, n)`,
    [teamId(team), ownerUserId(team), ids],
  );
}

/** A team of twenty with so many expenses of five, written through the triggers. */
export async function seedLargeTeam(url: string, expenses: number): Promise<{ teamId: string; userId: string }> {
  const team = { teamId: teamId(LARGE_TEAM), userId: ownerUserId(LARGE_TEAM) };
  await withClient(url, async (client) => {
    await seedTeam(client, LARGE_TEAM, PEOPLE);
    const SLICE = 10_000;
    for (let from = 0; from < expenses; from += SLICE) {
      await client.query(
        `with spent as materialized (
           select gen_random_uuid() as id, n from generate_series($3::int + 1, least($3 + $4, $5::int)) n
         ), entries as (
           insert into teams.entries (id, team_id, kind, currency, amount_minor, state, description, occurred_on, created_by,
             created_at, updated_at)
           select id, $1, 'expense', 'EUR', 5 * (n % 997 + 1), 'counted', 'Expense ' || n, date '2026-01-01' + n % 300,
             $2, now(), now() from spent
         )
         insert into teams.legs (entry_id, member_id, team_id, currency, paid_minor, owed_minor)
         select s.id, m.id, $1, 'EUR', case when m.n = 1 then 5 * (s.n % 997 + 1) else 0 end, s.n % 997 + 1
         from spent s, lateral (
           select id, row_number() over (order by (ord + s.n) % $6) as n
           from unnest($7::uuid[]) with ordinality as given (id, ord)
         ) m where m.n <= 5`,
        [team.teamId, memberId(LARGE_TEAM, 0), from, SLICE, expenses, PEOPLE, people()],
      );
    }
    for (const table of ['entries', 'legs', 'balances', 'debts']) await client.query(`vacuum analyze teams.${table}`);
  });
  return team;
}

function people(): string[] {
  return Array.from({ length: PEOPLE }, (_, member) => memberId(LARGE_TEAM, member));
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
