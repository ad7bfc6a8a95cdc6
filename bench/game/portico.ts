/** Portico's own way: its use cases over src/database. `node portico.ts <database url>` */
import { randomBytes } from 'node:crypto';
import { connect } from '../../src/database/connect.ts';
import { measured } from '../../src/contexts/rewards/index.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { serve } from '../talk.ts';
import { AT_ONCE, playerId, PLAYERS_EACH } from './players.ts';

const url = process.argv[2] ?? '';
const database = connect({ url, name: 'bench portico', size: AT_ONCE, statementTimeout: 5_000 });
const { startRound, playRound } = measured;
const tokens = measured.createRoundTokens(randomBytes(32));
const refused = (reason: string): never => {
  throw new Error(`A play was refused: ${reason}.`);
};

async function pair(userId: string, number: number): Promise<void> {
  const { round, roundToken } = await database.transaction((tx) =>
    startRound({ tx, clock, tokens }, { userId, gameId: 'dice' }),
  );
  const choices = { game: 'dice', number };
  const play = { userId, roundId: round.id, roundToken, clientSeed: 'bench', choices };
  await database.transaction((tx) => playRound({ tx, clock, tokens, refused }, play));
}

serve(async ({ count }: { readonly count: number }) => {
  const began = performance.now();
  let left = count;
  const work = async (_: unknown, connection: number): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await pair(playerId(connection * PLAYERS_EACH + Math.floor(Math.random() * PLAYERS_EACH)), 1 + (left % 6));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return (performance.now() - began) / 1_000;
});
