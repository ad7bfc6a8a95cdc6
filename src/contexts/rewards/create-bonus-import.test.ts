import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { csvText } from '../../shared/csv-text.ts';
import { newId } from '../../shared/id.ts';
import type { BonusCampaign } from './bonus-campaign.ts';
import { createBonusImport } from './create-bonus-import.ts';
import { exportBonusImportRejects } from './export-bonus-import-rejects.ts';
import { bytesOf, createRewardsFixture, fileOf, range, STAFF } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

let fixture: RewardsFixture;
let campaign: BonusCampaign;

beforeAll(async () => {
  fixture = await createRewardsFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  campaign = await fixture.createCampaign();
});

const send = (file: AsyncIterable<Uint8Array>, slots = { taken: 0 }, campaignId = campaign.id) =>
  createBonusImport(fixture.dependencies, slots, { campaignId, window: undefined, file, createdBy: STAFF });

async function* cut(file: string): AsyncGenerator<Buffer> {
  yield* bytesOf(file);
  throw new Error('aborted');
}

/** What any upload of this campaign has left behind. */
async function traces(): Promise<{ rows: number; imports: number }> {
  const [found] = await fixture.sql<{ rows: number; imports: number }>(
    `select (select count(*) from rewards.bonus_rows)
         + (select coalesce(sum(c.phones), 0) from rewards.bonus_chunks c join rewards.bonus_imports i on i.id = c.import_id
            where i.campaign_id = $1) as rows,
       (select count(*) from rewards.bonus_imports where campaign_id = $1) as imports`,
    [campaign.id],
  );
  return found ?? { rows: Number.NaN, imports: Number.NaN };
}

describe('createBonusImport', () => {
  beforeEach(() => fixture.sql('delete from rewards.bonus_rows'));

  it('takes the same bytes in one window for one import', async () => {
    const file = fileOf(range(0, 10));
    const first = await send(bytesOf(file));
    expect(first.isNew).toBe(true);
    expect(await send(bytesOf(file))).toEqual({ ...first, isNew: false });
    fixture.wait(300_000);
    expect((await send(bytesOf(file))).isNew).toBe(true);
  });

  it('makes one import of the same file sent many times at once', async () => {
    const file = fileOf(range(0, 2_000));
    const answers = await Promise.all(range(0, 4).map((_, n) => send(bytesOf(file), { taken: n % 2 })));
    expect(new Set(answers.map(({ importId }) => importId)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await traces()).toEqual({ rows: 2_000, imports: 1 });
  });

  it('keeps nothing of an upload that breaks off, and takes the whole file afterwards as new', async () => {
    const file = `${fileOf(range(0, 5_000))}${'no number\n'.repeat(50)}`;
    await expect(send(cut(file))).rejects.toThrow('aborted');
    expect(await traces()).toEqual({ rows: 0, imports: 0 });
    expect((await send(bytesOf(file))).isNew).toBe(true);
    expect(await traces()).toEqual({ rows: 5_050, imports: 1 });
  });

  it.each([
    ['an empty file', '', 'import-empty'],
    ['blank lines and a header', '\n\nphone\n;;\n', 'import-empty'],
    ['an archive', 'PK\u0003\u0004\u0014\u0000\u0006', 'import-not-text'],
    ['a text in UTF-16', 'p\u0000h\u0000o\u0000n\u0000e\u0000', 'import-not-text'],
    ['one line too many', 'x\n'.repeat(1_000_001), 'import-too-long'],
  ])('refuses %s and keeps nothing', async (_, file, code) => {
    await expect(send(bytesOf(file))).rejects.toMatchObject({ code, status: 409 });
    expect(await traces()).toEqual({ rows: 0, imports: 0 });
  });

  it('keeps bytes that COPY gives a meaning', async () => {
    const { importId } = await send(bytesOf('a\\b\\N\n\\.\nx\ty\\t\n"q"",\n'));
    const rows = await fixture.sql('select line, raw from rewards.bonus_rows where import_id = $1 order by line', [
      importId,
    ]);
    expect(rows).toEqual([
      { line: 1, raw: 'a\\b\\N' },
      { line: 2, raw: '\\.' },
      { line: 3, raw: 'x\ty\\t' },
      { line: 4, raw: '"q"",' },
    ]);
  });

  it('tells one upload too many to come back, and has its slot again afterwards', async () => {
    const slots = { taken: 0 };
    let finish: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (finish = resolve));
    async function* slow(n: number): AsyncGenerator<Buffer> {
      yield Buffer.from(fileOf([n]));
      await held;
    }
    const running = range(0, 4).map((n) => send(slow(n), slots));
    await expect(
      (async () => {
        while (slots.taken < 4) await new Promise(setImmediate);
        return send(bytesOf(fileOf([9])), slots);
      })(),
    ).rejects.toMatchObject({ code: 'unavailable', status: 503, headers: { 'retry-after': '10' } });
    finish?.();
    expect((await Promise.all(running)).every(({ isNew }) => isNew)).toBe(true);
    expect(slots.taken).toBe(0);
    await send(bytesOf(fileOf([9])), slots);
  });

  it('imports into the named window, and into none that has not begun or was before the campaign', async () => {
    const now = fixture.dependencies.clock.now().getTime();
    fixture.wait(300_000);
    const importId = await fixture.upload(campaign, fileOf([1]), new Date(now + 1));
    expect((await fixture.find(importId)).windowStart.toISOString()).toBe('2026-11-21T10:20:00.000Z');
    for (const away of [-300_000, 600_000]) {
      await expect(fixture.upload(campaign, fileOf([2]), new Date(now + away))).rejects.toMatchObject({
        code: 'window-not-open',
      });
    }
  });

  it('finds no campaign that is not there', async () => {
    await expect(send(bytesOf('x'), { taken: 0 }, newId())).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('exportBonusImportRejects', () => {
  it('lists every refused line with its number, in pages, guarded against formulas', async () => {
    const lines = range(0, 2_500).map((n) => (n % 2 === 0 ? '02188776655' : `0912${String(n).padStart(7, '0')}`));
    const { importId } = await send(bytesOf(`phone\n${lines.join('\n')}\n=cmd|'/c calc'!A1\n`));
    const pieces: string[] = [];
    for await (const piece of await exportBonusImportRejects(fixture.dependencies, importId)) pieces.push(piece);
    const csv = pieces.join('').split('\r\n');
    expect(csv.slice(0, 3)).toEqual(['line,reason,text', '2,not-mobile,"02188776655"', '4,not-mobile,"02188776655"']);
    expect(csv).toHaveLength(1 + 1_250 + 1 + 1);
    expect(csv.at(-2)).toBe(`2502,not-a-number,"'=cmd|'/c calc'!A1"`);
  });

  it.each([
    ['+98', `"'+98"`],
    ['-1', `"'-1"`],
    ['@x', `"'@x"`],
    ['  =x', `"'  =x"`],
    ['\tx', `"'\tx"`],
    ['＝x', `"'＝x"`],
    ['a"b', `"a""b"`],
    ['plain', `"plain"`],
  ])('writes %j as %s', (text, field) => {
    expect(csvText(text)).toBe(field);
  });

  it('finds no import that is not there', async () => {
    await expect(exportBonusImportRejects(fixture.dependencies, newId())).rejects.toMatchObject({ code: 'not-found' });
  });
});
