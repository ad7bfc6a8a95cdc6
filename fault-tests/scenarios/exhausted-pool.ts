import pg from 'pg';
import type { Finding } from '../report.ts';
import { play } from './scenario.ts';

/** A lock that holds every connection up, then a server without a free connection. */
export async function exhaustedPool(folder: string): Promise<Finding[]> {
  const small = { environment: { DATABASE_POOL_SIZE: '4' }, postgres: { max_connections: '60' } };
  return play(folder, 'a pool and then a server without a free connection', small, async (scene) => {
    await scene.owner.transaction(async (tx) => {
      await tx.client.query('lock table rewards.bonus_campaigns, rewards.accounts in access exclusive mode');
      await scene.untilSeen('503', 10);
    });
    await scene.untilServing();

    const greedy: pg.Client[] = [];
    try {
      for (;;) {
        const client = new pg.Client({ connectionString: scene.installation.cluster.url });
        client.on('error', () => undefined);
        await client.connect();
        greedy.push(client);
      }
    } catch (error) {
      // 53300: that was the last one.
      if (!(error instanceof pg.DatabaseError) || error.code !== '53300') throw error;
      scene.installation.api.kill();
      // The new process finds no connection until these go.
      await scene.untilSeen('no answer', 5);
    } finally {
      await Promise.all(greedy.map((client) => client.end()));
    }
  });
}
