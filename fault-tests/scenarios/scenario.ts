import { mkdirSync } from 'node:fs';
import { connect } from '../../src/database/connect.ts';
import type { Database } from '../../src/database/transaction.ts';
import { until } from '../../src/testing/until.ts';
import { auditNow } from '../audit.ts';
import { createClient } from '../client.ts';
import type { Seen } from '../client.ts';
import { startInstallation } from '../installation.ts';
import type { Installation, InstallationOptions } from '../installation.ts';
import { noPromises } from '../promises.ts';
import type { Promises } from '../promises.ts';
import { createRandom } from '../random.ts';
import type { Finding } from '../report.ts';
import { runTraffic } from '../traffic.ts';

/** An installation under traffic, to which something happens. */
export interface Scene {
  readonly installation: Installation;
  readonly owner: Database;
  readonly promises: Promises;
  readonly seen: Seen;
  /** Resolves when clients have seen so many more answers of this kind, such as `503`. */
  untilSeen(outcome: string, count: number): Promise<void>;
  /** Resolves when new work is taken and acknowledged again; rejects when that takes longer than a minute. */
  untilServing(): Promise<void>;
}

export interface SceneOptions extends Omit<InstallationOptions, 'folder'> {
  /** Codes of refusals that clients may meet because of what happens. Default: none. */
  readonly explained?: readonly string[];
}

/**
 * Runs traffic, lets `happen` break and mend something, and audits: every promise holds, every answer in between was a success,
 * a refusal or a 503 that says when to come back, none took too long, and service came back by itself.
 */
export async function play(
  folder: string,
  what: string,
  { explained = [], ...options }: SceneOptions,
  happen: (scene: Scene) => Promise<void>,
): Promise<Finding[]> {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const installation = await startInstallation({ folder, ...options });
  const owner = connect({ url: installation.cluster.url, name: 'audit', size: 2, statementTimeout: 60_000 });
  const promises = noPromises();
  const seen: Seen = { outcomes: new Map(), unexplained: [], slowest: 0 };
  const over = new AbortController();
  const client = createClient(installation.api.url, seen);
  const { signal } = over;
  const traffic = runTraffic({
    client,
    promises,
    random: createRandom(1),
    signal,
    unexplained: seen.unexplained,
    explained,
  });
  const scene: Scene = {
    installation,
    owner,
    promises,
    seen,
    async untilSeen(outcome, count) {
      const before = seen.outcomes.get(outcome) ?? 0;
      await until(() => (seen.outcomes.get(outcome) ?? 0) >= before + count, 60_000);
    },
    async untilServing() {
      const before = promises.imports.length;
      await until(() => promises.imports.length > before + 1, 60_000);
      await until(async () => (await installation.api.ready()) && (await installation.worker.ready()), 60_000);
    },
  };
  const broken: string[] = [];
  try {
    await scene.untilServing();
    await happen(scene);
    await scene.untilServing();
    broken.push(...(await auditNow(owner, promises)));
  } catch (error) {
    broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    over.abort();
    await traffic;
    await owner.close();
    await installation.stop();
  }
  broken.push(...seen.unexplained);
  const { api, worker } = installation;
  for (const { name, unasked } of [api, worker]) if (unasked > 0) broken.push(`${name} ended ${unasked} times`);
  const outcomes = [...seen.outcomes].toSorted().map(([outcome, count]) => `${outcome} ×${count}`);
  console.log(`  ${what}: ${outcomes.join(', ')}; the slowest took ${(seen.slowest / 1_000).toFixed(1)} s`);
  return [{ what, broken }];
}
