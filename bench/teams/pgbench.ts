import { measured } from '../../src/contexts/teams/index.ts';
import { filled, runPgbench } from '../pgbench.ts';
import { AT_ONCE, MEMBERS, TEAMS_EACH } from './people.ts';

const idOf = (kind: number, n: string) => `('00000000-0000-700${kind}-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const entry = `lpad(to_hex(:entry::bigint), 32, '0')::uuid`;
const team = idOf(1, ':team::int');
const owner = idOf(2, ':team::int');
const members = Array.from({ length: MEMBERS }, (_, member) => idOf(3, `:team::int * ${MEMBERS} + ${member}`));
const payer = members[0] ?? '';
const everybody = `array[${members.join(', ')}]`;
const now = 'clock_timestamp()';
// As long as what Portico writes. A space behind each colon: pgbench takes a colon before a word for a variable.
const share = '{"memberId": "00000000-0000-7003-8000-000000000001", "paid": "0.00", "owed": "10.01"}';
const ids = Array.from({ length: MEMBERS }, () => '"00000000-0000-7003-8000-000000000001"').join(', ');
const terms =
  `{"payers": [{"memberId": "00000000-0000-7003-8000-000000000001", "amount": "50.05"}], ` +
  `"split": {"method": "equal", "memberIds": [${ids}]}}`;
const state =
  `{"description": "Bench", "category": null, "spentOn": "2026-11-21", "notes": null, "attachmentUrl": null, ` +
  `"currency": "EUR", "amount": "50.05", "terms": ${terms}, "shares": [${Array.from({ length: MEMBERS }, () => share).join(', ')}]}`;

const { statements } = measured;
const script = [
  // 2⁴⁰: no two expenses of a run are likely to meet.
  '\\set entry random(1, 1099511627776)',
  `\\set team :client_id * ${TEAMS_EACH} + random(0, ${TEAMS_EACH - 1})`,
  '\\set part random(1, 2000)',
  'begin;',
  filled(statements.findParticipants, [team, owner, everybody]),
  filled(statements.insertEntry, [
    ...[entry, team, `'expense'`, `'EUR'`, `:part::bigint * ${MEMBERS}`, `'counted'`, `'Bench'`, 'null::text'],
    ...[`'2026-11-21'::date`, 'null::text', 'null::text', `'${terms}'::jsonb`, payer, now, everybody],
    `array[:part::bigint * ${MEMBERS}${', 0'.repeat(MEMBERS - 1)}]`,
    `array[${Array.from({ length: MEMBERS }, () => ':part::bigint').join(', ')}]`,
  ]),
  filled(statements.insertNotice, [entry, payer]),
  filled(statements.recordHistory, [
    ...[team, payer, `'expense-created'`, `'expense'`, entry, 'null::jsonb', `'${state}'::jsonb`, 'null::uuid'],
  ]),
  'commit;',
].join('\n');

/** @returns expenses a second, with the rights of Portico's connections: triggers run with those of their owner either way. */
export function runExpenses(databaseUrl: string, expenses: number): Promise<number> {
  return runPgbench(databaseUrl, script, { times: expenses, clients: AT_ONCE, role: 'portico_app' });
}
