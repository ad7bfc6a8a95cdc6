import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

/** Portico as an operator starts it: API and jobs in one process of its own. */
export interface BenchServer {
  readonly url: string;
  /** @returns an access token */
  logIn(email: string, password: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts Portico on this database with demo accounts, and with limits that no benchmark meets. */
export async function startServer(databaseUrl: string): Promise<BenchServer> {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', main, 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      PORTICO_SECRET: 'a secret that only benchmarks may know',
      PORT: '0',
      PORTICO_DEMO: 'true',
      LOG_LEVEL: 'error',
      BCRYPT_COST: '4',
      RATE_LIMIT_FACTOR: '100000',
      MESSAGES_PER_SECOND: '1000000',
      SMS_PER_DAY: '1000000000',
      SMS_PER_COUNTRY_PER_DAY: '1000000000',
    },
  });
  const url = await announced(child);
  return {
    url,
    async logIn(email, password) {
      const answer = await fetch(`${url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      });
      return ((await answer.json()) as { readonly token: string }).token;
    },
    async stop() {
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}

async function announced(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The server has no output.');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^ *API +(http:\S+)\/api\/v1$/.exec(line)?.[1];
    if (url !== undefined) {
      child.stdout.resume();
      return url;
    }
  }
  throw new Error('Portico ended before it was ready.');
}
