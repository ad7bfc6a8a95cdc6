import { mkdirSync, readFileSync } from 'node:fs';
import { demoAccounts } from '../../src/contexts/identity/index.ts';
import { statement } from '../../src/database/transaction.ts';
import { until } from '../../src/testing/until.ts';
import { createMovableClock } from '../movable-clock.ts';
import type { MovableClock } from '../movable-clock.ts';
import { createClient } from '../client.ts';
import type { Answer, Client } from '../client.ts';
import type { Finding } from '../report.ts';
import { play } from './scenario.ts';
import type { Scene } from './scenario.ts';

const HOURS = 2;
const what = `a clock of the API that jumps ${HOURS} hours ahead and ${HOURS} behind`;
/** A hundredth of the installation's usual factor: a limit can be reached, and traffic stays below. */
const RATE_LIMIT_FACTOR = 100;
/** Codes by e-mail or SMS that one address may ask for in a window, and the window's seconds (src/http/rate-limit.ts). */
const CODES = 10 * RATE_LIMIT_FACTOR;
const WINDOW = 60;

/** The clock of the API's process jumps away from the database's and comes back, both ways. Needs libfaketime. */
export async function clockJump(folder: string): Promise<Finding[]> {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const clock = createMovableClock(folder);
  if (clock === undefined) {
    return [
      { what, broken: ['libfaketime is not installed, and only it moves the clock: apt-get install libfaketime'] },
    ];
  }
  const options = {
    environment: { RATE_LIMIT_FACTOR: String(RATE_LIMIT_FACTOR) },
    apiEnvironment: clock.environment,
    // A window that is open by one time is not yet by an earlier one.
    explained: ['window-not-open'],
  };
  return play(folder, what, options, async (scene) => {
    const client = createClient(scene.installation.api.url, scene.seen);
    const calm = await effortPerAnswer(scene);
    for (const hours of [HOURS, -HOURS]) {
      const before = await logIn(client);
      const limit = await reachLimit(client);
      await jump(scene, clock, hours);
      await limit.expectItHolds();
      // What a token says of its end is judged by the clock that jumped, its session by the database's.
      expect(await readWallet(client, before.token), hours > 0 ? 401 : 200, 'a token from before the jump');
      const during = await refresh(client, before.refreshToken);
      expect(await readWallet(client, during.token), 200, 'a token from within the jump');
      const effort = await effortPerAnswer(scene);
      if (effort > 4 * calm) throw new Error(`An answer takes ${effort} ms of CPU at ${hours} h, ${calm} ms before.`);

      await jump(scene, clock, 0);
      expect(await readWallet(client, during.token), hours > 0 ? 200 : 401, 'a token from within the jump, after it');
      const after = await refresh(client, during.refreshToken);
      expect(await readWallet(client, after.token), 200, 'a token from after the jump');
      await effortPerAnswer(scene);
      await limit.untilItEnds();
    }
    await untilCredited(scene);
  });
}

/** Sets the clock and sees that the process goes by it: its answers are dated. */
async function jump({ installation }: Scene, clock: MovableClock, hours: number): Promise<void> {
  clock.set(hours * 3_600);
  await until(async () => {
    const answer = await fetch(`${installation.api.url}/health/live`);
    await answer.arrayBuffer();
    const ahead = Date.parse(answer.headers.get('date') ?? '') - Date.now();
    return Math.abs(ahead - hours * 3_600_000) < 60_000;
  });
}

/**
 * Lets clients work: people sign up, confirm, log in and go on with their sessions, files are taken.
 * @returns milliseconds of CPU that the API took for an answer: a loop that spins shows here, on a busy machine too
 */
async function effortPerAnswer(scene: Scene): Promise<number> {
  const { installation, promises, seen } = scene;
  const answers = (): number => [...seen.outcomes.values()].reduce((sum, count) => sum + count, 0);
  const [accounts, firstAnswer, firstTick] = [promises.accounts.length, answers(), ticksOf(installation.api.pid)];
  await scene.untilServing();
  await until(() => promises.accounts.length > accounts + 5, 60_000);
  await scene.untilSeen('200', 200);
  return ((ticksOf(installation.api.pid) - firstTick) * 10) / (answers() - firstAnswer);
}

const uncredited = statement<{ found: number }>(
  'faults.uncredited',
  `select count(*) as found from rewards.bonus_imports where id = any ($1::uuid[]) and status <> 'finished'`,
);

/** Every file that was taken until now comes to its end, whatever time it was taken at. */
async function untilCredited({ owner, promises }: Scene): Promise<void> {
  const taken = promises.imports.map(({ id }) => id);
  await until(async () => (await owner.query(uncredited, [taken]))[0]?.found === 0, 60_000);
}

/** Hundredths of a second on a CPU, from /proc. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // `pid (name) state …`, where user and system time are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

const askForCode = { method: 'POST', path: '/api/v1/auth/login/code', body: {} } as const;

/**
 * Uses up what one address may ask for in a window: a jump must neither end that window nor make it longer. A request counts
 * before its body is judged, so none of these sends anything.
 */
async function reachLimit(client: Client) {
  const startedAt = performance.now();
  const isRefused = async (): Promise<boolean> => (await client.once(askForCode))?.status === 429;
  for (let asked = 0; !(await isRefused()); asked += 20) {
    if (asked > 2 * CODES) throw new Error(`${asked} requests did not reach a limit of ${CODES}.`);
    await Promise.all(Array.from({ length: 19 }, () => client.once(askForCode)));
  }
  const reachedAt = performance.now();
  return {
    async expectItHolds(): Promise<void> {
      const answer = await client.once(askForCode);
      // Later than this the next window may have begun: the first one did when the limit before it had ended.
      if (performance.now() < startedAt + (WINDOW - 5) * 1_000) expect(answer, 429, 'one request too many');
    },
    async untilItEnds(): Promise<void> {
      const patience = reachedAt + (WINDOW + 5) * 1_000 - performance.now();
      await until(async () => !(await isRefused()), Math.max(1_000, patience));
    },
  };
}

interface Session {
  readonly token: string;
  readonly refreshToken: string;
}

async function logIn(client: Client): Promise<Session> {
  const account = demoAccounts.find(({ role }) => role === 'user');
  const body = { email: account?.email, password: account?.password };
  return sessionOf(await client.once({ method: 'POST', path: '/api/v1/auth/login', body }), 'a log-in');
}

async function refresh(client: Client, refreshToken: string): Promise<Session> {
  const call = { method: 'POST', path: '/api/v1/auth/refresh', body: { refreshToken } } as const;
  return sessionOf(await client.once(call), 'a renewal');
}

function sessionOf(answer: Answer | undefined, name: string): Session {
  expect(answer, 200, name);
  return answer?.body as Session;
}

function readWallet(client: Client, token: string): Promise<Answer | undefined> {
  return client.once({ method: 'GET', path: '/api/v1/wallet', token });
}

function expect(answer: Answer | undefined, status: number, name: string): void {
  if (answer?.status !== status) throw new Error(`${name} got ${JSON.stringify(answer)} instead of ${status}.`);
}
