import { measured } from '../../src/contexts/rewards/index.ts';
import { filled, runPgbench } from '../pgbench.ts';
import { AT_ONCE, PLAYERS_EACH } from './players.ts';

const round = `lpad(to_hex(:round::bigint), 32, '0')::uuid`;
const player = `('00000000-0000-7000-8000-' || lpad(to_hex(:player::int), 12, '0'))::uuid`;
const pool = `('00000000-0000-8000-8000-0000000001' || lpad(to_hex(:player::int % 64), 2, '0'))::uuid`;
const seed = `sha256(uuid_send(${round}))`;
const now = 'clock_timestamp()';
// pgbench takes a colon before a word for a variable, inside quotes too.
const boards = `array['daily', 'weekly', 'all-time']`;
const named = `array(select concat('dice', chr(58), period) from unnest(${boards}) period)`;
const choices = `jsonb_build_object('game', 'dice', 'number', 3)`;
const result = `jsonb_build_object('game', 'dice', 'dice', array[3, 1, 6, 3, 2], 'matches', 2)`;

/** One round of dice: chances and prizes are those of its rules. */
const script = [
  // 2⁴⁰: no two rounds of a run are likely to meet.
  '\\set round random(1, 1099511627776)',
  `\\set player :client_id * ${PLAYERS_EACH} + random(0, ${PLAYERS_EACH - 1})`,
  '\\set luck random(1, 7776)',
  '\\set score case when :luck <= 3125 then 0 when :luck <= 6250 then 10 when :luck <= 7500 then 40 when :luck <= 7750 then 150 else 500 end',
  '\\set coins case when :luck <= 6250 then 0 when :luck <= 7500 then 1 when :luck <= 7750 then 5 else 25 end',
  'begin;',
  filled(measured.statements.insert, [
    ...[round, player, `'dice'::text`, '1', seed, seed, now, `${now} + interval '5 minutes'`],
  ]),
  'commit;',
  'begin;',
  filled(measured.statements.find, [round, player]),
  filled(measured.statements.finish, [
    ...[round, player, seed, now, `'bench'::text`, choices, result, ':score::bigint', ':coins::bigint', `'UTC'::text`],
    ...[named, boards, 'true', pool],
  ]),
  'commit;',
].join('\n');

/** @returns pairs of start and play a second. */
export function runRounds(databaseUrl: string, pairs: number): Promise<number> {
  return runPgbench(databaseUrl, script, { times: pairs, clients: AT_ONCE });
}
