import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { playRefusals } from '../contexts/rewards/index.ts';
import type { RewardsObserver } from '../contexts/rewards/index.ts';

type GameObserver = Pick<RewardsObserver, 'roundStarted' | 'roundEnded' | 'playRefused' | 'leaderboardsCompared'>;

/** What happens in games, as metrics. */
export function createGameMetrics(registry: Registry): GameObserver {
  const registers = [registry];
  const rounds = new Counter({
    name: 'portico_game_rounds_total',
    help: 'Rounds of games, by what became of them.',
    labelNames: ['game', 'event'],
    registers,
  });
  const coins = new Counter({
    name: 'portico_game_coins_total',
    help: 'Coins won in games.',
    labelNames: ['game'],
    registers,
  });
  const refused = new Counter({
    name: 'portico_game_plays_refused_total',
    help: 'Plays that were refused, by reason.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of playRefusals) refused.inc({ reason }, 0);
  const differences = new Gauge({
    name: 'portico_leaderboard_differences',
    help: 'What the last comparison of leaderboards with score events found, and put right.',
    aggregator: 'max',
    registers,
  });
  return {
    roundStarted: ({ gameId }) => rounds.inc({ game: gameId, event: 'started' }),
    roundEnded: ({ gameId, state, coins: won }) => {
      rounds.inc({ game: gameId, event: state });
      coins.inc({ game: gameId }, won);
    },
    playRefused: ({ reason }) => refused.inc({ reason }),
    leaderboardsCompared: (found) => differences.set(found.differences),
  };
}
