import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { seedMembers } from '../contexts/rewards/index.ts';
import type { Schema } from '../contract/handlers.ts';
import { demoPhone } from '../shared/demo-phone.ts';
import { newId } from '../shared/id.ts';
import { startPortico } from '../testing/portico.ts';
import type { TestPortico } from '../testing/portico.ts';
import { until } from '../testing/until.ts';
import { sampleLines } from './sample/sample-lines.ts';

let portico: TestPortico;
let folder: string;
let campaignId: string;
let token: string;
let files = 0;

beforeAll(async () => {
  portico = await startPortico();
  folder = await mkdtemp(path.join(tmpdir(), 'portico-import-'));
  token = portico.tokenFor('staff');
  const userIds = Array.from({ length: 5_000 }, () => newId());
  const phones = userIds.map((_, index) => demoPhone(index * 10));
  await portico.database.transaction((tx) => seedMembers(tx, { userIds, phones }));
});
afterAll(async () => {
  await portico.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  const body = {
    name: 'Nowruz gift',
    coins: 50,
    periodPolicy: 'once',
    messageTemplate: 'Hello',
    defaultRegion: 'IR',
  };
  const answer = await portico.request('POST', '/api/v1/bonus-campaigns', { token, body });
  campaignId = ((await answer.json()) as Schema<'BonusCampaign'>).id;
});

interface Run {
  readonly output: () => string;
  readonly errors: () => string;
  interrupt(): void;
  readonly exit: Promise<number | null>;
}

/** Runs `portico …` as a process of its own. */
function run(args: readonly string[], url = portico.url): Run {
  const main = path.join(import.meta.dirname, '..', 'main.ts');
  const child = spawn(process.execPath, ['--no-warnings', main, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORTICO_TOKEN: token, PORTICO_URL: url },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  return {
    output: () => output,
    errors: () => errors,
    interrupt: () => void child.kill('SIGINT'),
    exit: new Promise((resolve) => child.on('close', resolve)),
  };
}

/** A file that no other test has. @returns its name */
async function fileWith(text: string): Promise<string> {
  const name = `numbers-${(files += 1)}.csv`;
  await writeFile(path.join(folder, name), text);
  return name;
}

const imports = async () => {
  const answer = await portico.request('GET', `/api/v1/bonus-campaigns/${campaignId}/imports`, { token });
  return ((await answer.json()) as Schema<'BonusImportPage'>).items;
};
const numbers = (count: number) =>
  Array.from({ length: count }, (_, index) => `0${demoPhone(index * 10).slice(3)}\n`).join('');

describe('portico import', () => {
  it('uploads, watches, sums up, and saves the refused lines', async () => {
    const file = await fileWith(`phone\n${numbers(3_000)}02188776655\n=cmd()\n${demoPhone(1)}\n`);
    const command = run(['import', file, '--campaign', campaignId]);
    await until(() => command.errors().includes('Crediting'));
    await portico.runJobs();
    expect(await command.exit).toBe(0);
    const [done] = await imports();
    expect(command.output()).toMatch(new RegExp(`^Import ${done?.id ?? '?'}: finished in [0-9.]+ s$`, 'm'));
    expect(command.output()).toMatch(/credited +3,000 +150,000 coins/);
    expect(command.output()).toMatch(/pending +1 /);
    expect(command.output()).toMatch(/malformed +2 +listed in numbers-1\.rejects\.csv/);
    expect(command.errors()).toMatch(/^Upload +100 %/m);
    expect(command.errors()).toMatch(/^Crediting +100 % {2}3,003 \/ 3,003/m);
    expect(command.errors()).toMatch(/^Messages +100 %/m);
    expect(await readFile(path.join(folder, 'numbers-1.rejects.csv'), 'utf8')).toBe(
      `line,reason,text\r\n3002,not-mobile,"02188776655"\r\n3003,not-a-number,"'=cmd()"\r\n`,
    );

    const again = run(['import', file, '--campaign', campaignId]);
    expect(await again.exit).toBe(0);
    expect(again.output()).toMatch(/^This file was uploaded at /m);
    expect(await imports()).toHaveLength(1);
  });

  it('goes on where it was interrupted', async () => {
    const file = await fileWith(numbers(2_000));
    const first = run(['import', file, '--campaign', campaignId]);
    await until(() => first.errors().includes('Crediting'));
    first.interrupt();
    expect(await first.exit).toBe(130);
    const [begun] = await imports();
    expect(first.errors()).toContain(`portico import --cancel ${begun?.id ?? '?'}`);

    await portico.runJobs();
    const second = run(['import', file, '--campaign', campaignId]);
    expect(await second.exit).toBe(0);
    expect(second.output()).toMatch(/credited +2,000/);
    expect(await imports()).toHaveLength(1);
  });

  it('makes one campaign for one file, however often it is run', async () => {
    const file = await fileWith(`${numbers(10)}# one\n`);
    const args = ['import', file, '--create-campaign', 'Once only', '--coins', '5'];
    const [first, second] = [run(args), run(args)];
    await until(() => first.errors().includes('Crediting') && second.errors().includes('Crediting'));
    await portico.runJobs();
    expect([await first.exit, await second.exit, await run(args).exit]).toEqual([0, 0, 0]);
    const found = await portico.owner.query<{ count: number }>({
      name: '',
      text: `select count(*) as count from rewards.bonus_campaigns where name = 'Once only'`,
    });
    expect(found).toEqual([{ count: 1 }]);
  });

  it('sends the file again after a broken upload, and connects again after a broken stream', async () => {
    const file = await fileWith(numbers(4_000));
    const proxy = await startCuttingProxy(portico.port);
    const command = run(['import', file, '--campaign', campaignId], proxy.url);
    await until(() => command.errors().includes('Crediting'));
    expect(proxy.cutUploads()).toBe(1);
    proxy.cutAll();
    await portico.runJobs();
    expect(await command.exit).toBe(0);
    expect(command.output()).toMatch(/credited +4,000/);
    expect(await imports()).toHaveLength(1);
    proxy.close();
  });

  it('cancels and resumes', async () => {
    const file = await fileWith(numbers(2_000));
    const first = run(['import', file, '--campaign', campaignId]);
    await until(() => first.errors().includes('Crediting'));
    const [begun] = await imports();
    const cancel = run(['import', '--cancel', begun?.id ?? '']);
    expect(await cancel.exit).toBe(0);
    expect(await first.exit).toBe(3);
    expect(first.output()).toMatch(/remaining +2,000/);

    const refused = run(['import', file, '--campaign', campaignId]);
    expect(await refused.exit).toBe(3);
    expect(refused.errors()).toContain('--resume');
    const resumed = run(['import', file, '--campaign', campaignId, '--resume']);
    await until(() => resumed.errors().includes('Crediting'));
    await portico.runJobs();
    expect(await resumed.exit).toBe(0);
  });

  it.each([
    [['import'], 2, 'Name one file'],
    [['import', 'x.csv'], 2, '--campaign'],
    [['import', 'x.csv', '--create-campaign', 'x', '--coins', 'many'], 2, '--coins'],
    [['import', 'x.csv', '--speed', '9'], 2, '--speed'],
    [['import', 'x.csv', '--campaign', newId()], 1, 'There is no file x.csv'],
    [['sample', 'x.csv', '--lines', '0'], 2, '--lines'],
  ])('portico %j ends with %i and a sentence', async (args, code, sentence) => {
    const command = run(args);
    expect(await command.exit).toBe(code);
    expect(command.errors()).toContain(sentence);
    expect(command.errors()).not.toMatch(/\n +at /);
  });

  it('says in a sentence what the server refuses, and when there is none', async () => {
    const file = await fileWith('\n\n');
    const empty = run(['import', file, '--campaign', campaignId]);
    expect(await empty.exit).toBe(1);
    expect(empty.errors()).toMatch(/^No lines in the file: .* \([0-9a-f-]{36}\)$/m);
    const missing = run(['import', file, '--campaign', newId()]);
    expect(await missing.exit).toBe(1);
    expect(missing.errors()).toMatch(/^Not found/m);
    const nobody = run(['import', file, '--campaign', campaignId, '--token', 'wrong']);
    expect(await nobody.exit).toBe(1);
    expect(nobody.errors()).toContain('The token is wrong or has expired');
    const stranger = run([
      'import',
      file,
      '--campaign',
      campaignId,
      '--email',
      'nobody@example.com',
      '--password',
      'x',
    ]);
    expect(await stranger.exit).toBe(1);
    expect(stranger.errors()).toMatch(/^[A-Z].* \([0-9a-f-]{36}\)$/m);
    const away = run(['import', file, '--campaign', campaignId], 'http://127.0.0.1:1');
    expect(await away.exit).toBe(1);
    expect(away.errors()).toMatch(/^No Portico answers at http:\/\/127\.0\.0\.1:1: start one/);
  });
});

describe('portico sample', () => {
  it('writes as many lines as asked, nearly all of which are good', async () => {
    const command = run(['sample', 'sample.csv', '--lines', '5000']);
    expect(await command.exit).toBe(0);
    const text = await readFile(path.join(folder, 'sample.csv'), 'utf8');
    expect(text).toBe([...sampleLines(5_000)].join(''));
    const imported = run(['import', 'sample.csv', '--campaign', campaignId]);
    await until(() => imported.errors().includes('Crediting'));
    await portico.runJobs();
    expect(await imported.exit).toBe(0);
    const [done] = await imports();
    // Every tenth demo phone has an owner here.
    expect(done).toMatchObject({ lines: 5_000, hasHeader: true, counts: { malformed: 50, duplicate: 100 } });
  });
});

interface CuttingProxy {
  readonly url: string;
  readonly cutUploads: () => number;
  /** Breaks every open connection. */
  cutAll(): void;
  close(): void;
}

/** Passes bytes on, but breaks the first connection that sends more than 20,000 of them. */
async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  let cuts = 0;
  const server: Server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let sent = 0;
    for (const socket of [near, far]) {
      open.add(socket);
      // Broken on purpose: both ends notice by themselves.
      socket
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(socket);
          near.destroy();
          far.destroy();
        });
    }
    near.on('data', (piece) => {
      sent += piece.length;
      if (sent <= 20_000 || cuts > 0) return void far.write(piece);
      cuts += 1;
      near.resetAndDestroy();
    });
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutUploads: () => cuts,
    cutAll: () => {
      for (const socket of open) socket.destroy();
    },
    close: () => void server.close(),
  };
}
