/** A real Portico, started as a user would start it, on an empty folder of its own. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { demoAccounts } from '../src/contexts/identity/index.ts';
import { freePort } from '../src/database/embedded-server.ts';
import { trackingPurpose } from '../src/contexts/notifications/index.ts';
import { servicePurpose } from '../src/http/service-token.ts';
import { deriveKey } from '../src/shared/keys.ts';

export interface PorticoProcess {
  readonly url: string;
  /** Its folder: data, log, and what else the run puts here. */
  readonly folder: string;
  /** Ends it the way Ctrl-C does. Returns its exit code. */
  stop(): Promise<number | null>;
  /** Removes the folder, once it has been stopped. */
  clear(): void;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const startSeconds = 90;

/** Resolves when the process says that it is ready; rejects with the end of its log when it dies or takes too long. */
export async function startPorticoProcess(settings: Readonly<Record<string, string>>): Promise<PorticoProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'portico-contract-'));
  // As root the server runs as another account; where that can't enter, its data go elsewhere and would stay there.
  chmodSync(folder, 0o711);
  const log = join(folder, 'portico.log');
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, 'src/main.ts'), 'start'], {
    cwd: folder,
    env: { ...surroundings(), ...settings, PORTICO_DATA: join(folder, 'data'), HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = `http://127.0.0.1:${port}`;

  const deadline = Date.now() + startSeconds * 1000;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`Portico did not become ready. The end of its log:\n${readFileSync(log, 'utf8').slice(-4000)}`);
    }
    await delay(100);
  }
  return {
    url,
    folder,
    stop: async () => {
      child.kill('SIGINT');
      const code = await exited;
      file.end();
      return code;
    },
    clear: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The master key of the tested Portico, so that the hooks can call as one of its services. */
const secret = randomBytes(32).toString('base64');

/** What vendors prove themselves by, so that the hooks can call as they do. */
const webhookSecret = randomBytes(24).toString('hex');

/** The Portico that the contract tests try: as delivered, except what would make a test slow or stop it. */
export function startTestedPortico(): Promise<PorticoProcess> {
  return startPorticoProcess({
    PORTICO_SECRET: secret,
    BCRYPT_COST: '4',
    RATE_LIMIT_FACTOR: '1000000',
    // live.py sends each request from another network.
    TRUSTED_PROXIES: '127.0.0.1',
    RESPONSE_VALIDATION: '1',
    STRICT_RESPONSES: 'true',
    // No campaign has this id: every look at it fails, and says so.
    BONUS_SOURCES: 'branches=01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90@/nowhere',
    // Vendors that send nothing here may report all the same: whatever is set is judged.
    ...{ TWILIO_ACCOUNT_SID: 'AC0', TWILIO_AUTH_TOKEN: webhookSecret, TWILIO_FROM: '+15005550006' },
    ...{ KAVENEGAR_API_KEY: 'key', KAVENEGAR_SENDER: '10004346', KAVENEGAR_WEBHOOK_TOKENS: webhookSecret },
    ...{ VONAGE_API_KEY: 'key', VONAGE_API_SECRET: 'secret', VONAGE_FROM: 'Portico' },
    ...{ VONAGE_WEBHOOK_TOKENS: webhookSecret, SENDPULSE_WEBHOOK_TOKENS: webhookSecret },
    ...{ SENDPULSE_CLIENT_ID: 'id', SENDPULSE_CLIENT_SECRET: 'secret' },
    ...{ SMTP_BOUNCE_ADDRESS: 'bounces@portico.example', SMTP_WEBHOOK_TOKENS: webhookSecret },
    // So that there is something to capture.
    ORDER_CAPTURE: 'manual',
    ...{ STRIPE_SECRET_KEY: 'sk_test_key', STRIPE_WEBHOOK_SECRETS: `whsec_${webhookSecret}` },
    ...{ CLOUDPAYMENTS_PUBLIC_ID: 'pk_key', CLOUDPAYMENTS_API_SECRET: webhookSecret },
    // Nobody listens there: payments are the sandbox's.
    ...{ STRIPE_URL: 'http://127.0.0.1:9', CLOUDPAYMENTS_URL: 'http://127.0.0.1:9' },
    SOCIAL_REDIRECT_URIS: 'https://app.example/social-login',
  });
}

/** Whom hooks.py logs in as, and what it signs service tokens with, for its environment. */
export function people(url: string): Record<string, string> {
  const admin = demoAccounts.find(({ role }) => role === 'admin');
  if (admin === undefined) throw new Error('there is no demo admin');
  return {
    PORTICO_URL: url,
    PORTICO_EMAIL: admin.email,
    PORTICO_PASSWORD: admin.password,
    PORTICO_WEBHOOK_SECRET: webhookSecret,
    PORTICO_SERVICE_KEY: deriveKey(secret, servicePurpose).toString('base64'),
    PORTICO_TRACKING_KEY: deriveKey(secret, trackingPurpose).toString('base64'),
    PORTICO_SANDBOX_PAYMENTS_KEY: deriveKey(secret, 'sandbox payments').toString('hex'),
  };
}

/** What a process needs to run at all: no setting of Portico that happens to be in our environment. */
function surroundings(): Record<string, string | undefined> {
  return Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'LANG', 'USER'].map((name) => [name, process.env[name]]));
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).ok;
  } catch {
    return false; // nothing listens yet
  }
}
