import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { demoPhone } from '../../src/shared/demo-phone.ts';
import { newId } from '../../src/shared/id.ts';

/** Somebody with an account and an open session. */
export interface Person {
  readonly role: 'user' | 'staff';
  readonly phone: string;
  readonly password: string;
  /** The session's first; presenting it gives an access token and the next one. */
  readonly refreshToken: string;
}

/** What the demo accounts' password is; the people get it too, so that they can log in. */
const PASSWORD = 'portico-demo-user';
const ENTRIES_EACH = 50;

/**
 * Gives so many demo people a password, an open session, and a wallet with a history. Straight into the tables: a thousand
 * log-ins would keep bcrypt busy for minutes before anything is measured.
 *
 * @param staff how many of them are sessions of the staff account
 */
export async function openSessions(databaseUrl: string, people: number, staff: number): Promise<Person[]> {
  const all = Array.from({ length: people }, (_, n): Person & { readonly sessionId: string } => ({
    role: n < staff ? 'staff' : 'user',
    phone: demoPhone(n + 1),
    password: PASSWORD,
    refreshToken: randomBytes(32).toString('base64url'),
    sessionId: newId(),
  }));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `update identity.users set (password_hash, password_scheme) =
         (select password_hash, password_scheme from identity.users where email = 'user@portico.example')
       where phone = any ($1)`,
      [all.map(({ phone }) => phone)],
    );
    await client.query(
      `insert into identity.sessions (id, user_id, created_ip, idle_expires_at, absolute_expires_at)
       select s.id, u.id, '127.0.0.1', now() + interval '1 day', now() + interval '1 day'
       from unnest($1::uuid[], $2::text[], $3::text[]) s (id, role, phone)
         join identity.users u on case s.role when 'staff' then u.email = 'staff@portico.example' else u.phone = s.phone end`,
      [all.map(({ sessionId }) => sessionId), all.map(({ role }) => role), all.map(({ phone }) => phone)],
    );
    await client.query(
      `insert into identity.refresh_tokens (token_hash, session_id, gen)
       select hash, id, 1 from unnest($1::bytea[], $2::uuid[]) t (hash, id)`,
      [
        all.map(({ refreshToken }) => createHash('sha256').update(refreshToken).digest()),
        all.map(({ sessionId }) => sessionId),
      ],
    );
    const pool = newId();
    await client.query(`insert into rewards.accounts (id, kind) values ($1, 'campaign-pool')`, [pool]);
    await client.query(
      `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
       select leg.account_id, leg.amount, 'bonus', p.reference
       from (
         select m.user_id, gen_random_uuid() as reference from rewards.members m, generate_series(1, $2::int)
         where m.phone = any ($1)) p
         cross join lateral (values (p.user_id, 50), ($3, -50)) leg (account_id, amount)`,
      [all.map(({ phone }) => phone), ENTRIES_EACH, pool],
    );
    await client.query('analyze');
  } finally {
    await client.end();
  }
  return all;
}
