/** Portico's own way: its use case over src/database. `node portico.ts <database url>` */
import { connect } from '../../src/database/connect.ts';
import { measured } from '../../src/contexts/teams/index.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { newId } from '../../src/shared/id.ts';
import { serve } from '../talk.ts';
import { AT_ONCE, memberId, MEMBERS, ownerUserId, teamId, TEAMS_EACH } from './people.ts';

const url = process.argv[2] ?? '';
const database = connect({ url, name: 'bench portico', size: AT_ONCE, statementTimeout: 5_000, role: 'portico_app' });

async function spend(team: number): Promise<void> {
  const members = Array.from({ length: MEMBERS }, (_, member) => memberId(team, member));
  const amount = `${1 + Math.floor(Math.random() * 100)}.01`;
  const words = { description: 'Bench', category: null, spentOn: '2026-11-21', notes: null, attachmentUrl: null };
  const terms = {
    payers: [{ memberId: members[0] ?? '', amount }],
    split: { method: 'equal', memberIds: members } as const,
  };
  const expense = { id: newId(), teamId: teamId(team), userId: ownerUserId(team), amount, currency: 'EUR', terms };
  await database.transaction((tx) => measured.createExpense({ tx, clock }, { ...expense, ...words }));
}

serve(async ({ count }: { readonly count: number }) => {
  const began = performance.now();
  let left = count;
  const work = async (_: unknown, connection: number): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await spend(connection * TEAMS_EACH + Math.floor(Math.random() * TEAMS_EACH));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return (performance.now() - began) / 1_000;
});
