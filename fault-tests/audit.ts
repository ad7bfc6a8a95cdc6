import { statement } from '../src/database/transaction.ts';
import type { Database } from '../src/database/transaction.ts';
import type { Promises } from './promises.ts';

/** Counts rows that must not exist: each statement names one broken promise. */
const mustBeNone: Readonly<Record<string, ReturnType<typeof statement<{ found: number }>>>> = {
  'ledger postings that do not sum to zero': statement(
    'faults.unbalanced',
    `select count(*) as found from (
       select 1 from rewards.ledger_entries group by ref_type, ref_id having sum(amount) <> 0) unbalanced`,
  ),
  'coins that came from nowhere': statement(
    'faults.sum',
    'select abs(coalesce(sum(amount), 0)) as found from rewards.ledger_entries',
  ),
  'wallets and pools that differ from their entries': statement(
    'faults.balances',
    `select count(*) as found from rewards.accounts a
       left join (select account_id, sum(amount) as total from rewards.ledger_entries group by account_id) e
         on e.account_id = a.id
     where a.balance <> coalesce(e.total, 0)`,
  ),
  'credited grants that moved other coins than theirs': statement(
    'faults.grants',
    `select count(*) as found from rewards.bonus_grants g
       left join (
         select ref_id, count(*) as legs, max(amount) as received from rewards.ledger_entries
         where ref_type = 'bonus' group by ref_id) e on e.ref_id = g.id
     where (g.status = 'credited') is distinct from (e.legs = 2 and e.received = g.amount)
       and (g.status = 'credited' or e.legs is not null)`,
  ),
  'numbers paid twice in one campaign': statement(
    'faults.paid_twice',
    `select count(*) as found from (
       select 1 from rewards.bonus_grants group by campaign_id, period_key, phone having count(*) > 1) twice`,
  ),
  'campaigns made twice under one key': statement(
    'faults.made_twice',
    `select count(*) as found from (
       select 1 from rewards.bonus_campaigns where name like 'Faults %' group by name having count(*) > 1) twice`,
  ),
  'credited grants without a message': statement(
    'faults.untold',
    `select count(*) as found from rewards.bonus_grants g
     where status = 'credited'
       and not exists (select 1 from notifications.messages m where m.dedupe_key = 'bonus:' || g.id)`,
  ),
  'messages delivered twice': statement(
    'faults.sent_twice',
    `select count(*) as found from (
       select 1 from notifications.attempts a join platform.sandbox_messages s on s.reference = a.request_key::text
       group by a.message_id having count(distinct s.id) > 1) twice`,
  ),
  'deliveries that nothing tells of': statement(
    'faults.untraced',
    `select count(*) as found from platform.sandbox_messages s
     where not exists (select 1 from notifications.attempts a where a.request_key::text = s.reference)`,
  ),
  'sessions with two newest refresh tokens': statement(
    'faults.two_tokens',
    `select count(*) as found from (
       select 1 from identity.refresh_tokens where used_at is null group by session_id having count(*) > 1) two`,
  ),
};

const missing = {
  campaigns: statement<{ found: number }>(
    'faults.campaigns_lost',
    `select count(*) as found from unnest($1::uuid[]) as known (id)
     where not exists (select 1 from rewards.bonus_campaigns c where c.id = known.id)`,
  ),
  imports: statement<{ found: number }>(
    'faults.imports_lost',
    `select count(*) as found from unnest($1::uuid[]) as known (id)
     where not exists (select 1 from rewards.bonus_imports i where i.id = known.id)`,
  ),
  accounts: statement<{ found: number }>(
    'faults.accounts_lost',
    `select count(*) as found from unnest($1::text[]) as known (email)
     where not exists (select 1 from identity.users u where u.email = known.email)`,
  ),
} as const;

const unasked = statement<{ found: number }>(
  'faults.unasked',
  `select count(*) as found from rewards.bonus_campaigns where name like 'Faults %' and not name = any ($1::text[])`,
);

/** What must hold at every moment, traffic or not. @returns each broken promise in words; empty when all hold */
export async function auditNow(owner: Database, promises: Promises): Promise<string[]> {
  // Taken before the database is read: what is acknowledged meanwhile is the next audit's.
  const campaigns = promises.campaigns.map(({ id }) => id);
  const imports = promises.imports.map(({ id }) => id);
  const accounts = promises.accounts.map(({ email }) => email);
  const broken: string[] = [];
  const note = (found: number | undefined, what: string): void => {
    if (found !== 0) broken.push(`${String(found)} ${what}`);
  };
  await owner.transaction(
    async (tx) => {
      for (const [what, query] of Object.entries(mustBeNone)) note((await tx.query(query))[0]?.found, what);
      note((await tx.query(missing.campaigns, [campaigns]))[0]?.found, 'acknowledged campaigns are lost');
      note((await tx.query(missing.imports, [imports]))[0]?.found, 'acknowledged imports are lost');
      note((await tx.query(missing.accounts, [accounts]))[0]?.found, 'confirmed accounts are lost');
    },
    { isolation: 'repeatable read', readOnly: true, statementTimeout: 60_000 },
  );
  note((await owner.query(unasked, [[...promises.begun]]))[0]?.found, 'campaigns exist that nobody asked for');
  return broken;
}

const unfinished = statement<{ found: number }>(
  'faults.unfinished',
  `select (select count(*) from rewards.bonus_imports where status = 'crediting')
     + (select count(*) from notifications.messages
        where state in ('scheduled', 'queued', 'claimed', 'sending', 'retry_wait', 'unknown')) as found`,
);

/** Work that is still to be done: imports being credited, messages under way. */
export async function countUnfinished(owner: Database): Promise<number> {
  return (await owner.query(unfinished))[0]?.found ?? 0;
}

const endLeases = statement(
  'faults.end_leases',
  `update notifications.messages set wake_at = clock_timestamp()
   where state in ('claimed', 'sending') and wake_at > clock_timestamp()`,
);

/** As if the two minutes were over after which others take over what a dead process had claimed. */
export async function letLeasesEnd(owner: Database): Promise<void> {
  await owner.query(endLeases);
}

const unpaid = statement<{ found: number }>(
  'faults.unpaid',
  `select count(*) as found from unnest($2::text[]) as known (phone)
   where not exists (
     select 1 from rewards.bonus_grants g
     where g.campaign_id = $1 and g.phone = known.phone and g.status = 'credited')`,
);

const unsent = statement<{ found: number }>(
  'faults.unsent',
  `select count(*) as found from notifications.messages m
   where m.state in ('sent', 'delivered') and not exists (
     select 1 from notifications.attempts a join platform.sandbox_messages s on s.reference = a.request_key::text
     where a.message_id = m.id)`,
);

/** What must hold once all work is done, beside what always must. */
export async function auditEnd(owner: Database, promises: Promises): Promise<string[]> {
  const broken = await auditNow(owner, promises);
  for (const { campaignId, phones } of promises.imports) {
    const found = (await owner.query(unpaid, [campaignId, phones]))[0]?.found;
    if (found !== 0) broken.push(`${String(found)} numbers of an acknowledged file were not paid`);
  }
  const lies = (await owner.query(unsent))[0]?.found;
  if (lies !== 0) broken.push(`${String(lies)} messages are called sent and never arrived`);
  return broken;
}
