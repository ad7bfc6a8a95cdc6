import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { routes } from '../src/contract/generated/routes.ts';
import { freePort } from '../src/database/embedded-server.ts';
import { until } from '../src/testing/until.ts';
import { nginxConf } from './nginx-conf.ts';
import { gatewaySettings } from './settings.ts';
import type { GatewaySettings } from './settings.ts';

/** A real nginx with a generated configuration, on a free port of 127.0.0.1. */
export interface TestGateway {
  readonly url: string;
  readonly port: number;
  /** One object per request so far. */
  accessLog(): readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

/** @throws when there is none: a missing nginx is a failure, never a skip. */
export function findNginx(): string {
  // Debian puts it where only root's PATH looks.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = folders.map((folder) => join(folder, 'nginx')).find((file) => existsSync(file));
  if (found === undefined) throw new Error('No nginx: install it ("apt-get install nginx-light" or "nginx").');
  return found;
}

/** What `nginx -t` says about a configuration: null when it is in order. */
export function faultOf(conf: string): string | null {
  const { status, stderr } = spawnSync(findNginx(), ['-t', '-q', '-c', conf], { encoding: 'utf8' });
  return status === 0 ? null : stderr;
}

/**
 * @param change what a test wants otherwise in the generated text.
 */
export async function startNginx(
  given: Partial<GatewaySettings>,
  change: (conf: string) => string = (conf) => conf,
): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'portico-gateway-'));
  const port = given.listen === undefined ? await freePort() : Number(given.listen.split(':').at(-1));
  const accessLog = join(folder, 'access.log');
  const settings = gatewaySettings({
    listen: `127.0.0.1:${port}`,
    folder,
    accessLog,
    // The folder is open to whoever made it alone.
    user: process.getuid?.() === 0 ? 'root' : null,
    ...given,
  });
  const conf = join(folder, 'nginx.conf');
  writeFileSync(conf, change(nginxConf(routes, settings)).replace('worker_processes auto;', 'worker_processes 1;'));
  const child = spawn(findNginx(), ['-c', conf, '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let messages = '';
  child.stderr.on('data', (text: Buffer) => (messages += text.toString()));
  const exited = once(child, 'exit');
  await until(() => {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${messages}`);
    return accepts(port);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    accessLog: () =>
      readFileSync(accessLog, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async close() {
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // not yet
  } finally {
    socket.destroy();
  }
}
