import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withCorrelation } from './correlation.ts';
import { createLogger } from './logs.ts';
import type { Logger } from './logs.ts';
import { maskText, maskValue } from './redaction.ts';

function capture(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', destination: { write: (line: string) => void lines.push(line) } });
  return { log, lines };
}

const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIwMTkzOWMyZSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ';

test('secrets and personal data do not reach a line, wherever they stand', () => {
  const { log, lines } = capture();
  log.info(
    {
      headers: { authorization: `Bearer ${jwt}`, cookie: 'a=b', 'x-other': jwt },
      body: {
        email: 'sara@example.com',
        newPassword: 'quiet rivers',
        nested: [{ refresh_token: 'r-secret', pin: 1234 }],
      },
      phone: '+989121234567',
      msisdn: 989121234567,
      to: 'ben@example.org',
      code: '123456',
      databaseUrl: 'postgres://portico:hunter2@db/portico',
    },
    `sent to sara@example.com and +989121234567 with Bearer ${jwt}`,
  );
  const error = new Error(`no mail to sara@example.com via smtp://me:hunter2@mail:25`, {
    cause: new Error('+989121234567 is blocked'),
  });
  log.error({ error }, 'failed for %s', 'sara@example.com');
  const text = lines.join('');
  for (const secret of [
    jwt,
    'a=b',
    'sara@example.com',
    'quiet rivers',
    'r-secret',
    '1234567',
    'ben@example.org',
    '"123456"',
    'hunter2',
    '1234,',
  ]) {
    expect(text).not.toContain(secret);
  }
  // Enough stays to recognise what is one's own.
  expect(text).toContain('s***@example.com');
  expect(text).toContain('4567');
});

test('what is no secret stays readable', () => {
  const harmless = {
    operation: 'createBonusImport',
    code: 'validation-failed',
    from: 'queued',
    to: 'sent',
    status: 404,
    requestId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90',
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    time: '2026-11-21T10:15:30.123Z',
    lines: 1_000_000,
    nothing: null,
  };
  expect(maskValue(harmless)).toEqual(harmless);
  const sentence = 'Port 8080 on 127.0.0.1 is taken: 1+2=3, v1.2.3';
  expect(maskText(sentence)).toBe(sentence);
});

test('no address and no number survives inside any text', () => {
  const word = fc.stringMatching(/^[ a-z,.:;"'(){}]{0,20}$/);
  fc.assert(
    fc.property(
      word,
      fc.stringMatching(/^[a-z][a-z0-9]{2,10}$/),
      fc.integer({ min: 10_000_000, max: 999_999_999 }),
      word,
      (before, name, digits, after) => {
        const masked = maskText(`${before} ${name}@example.com +98${digits} ${after}`);
        expect(masked).not.toContain(`${name}@`);
        expect(masked).not.toContain(String(digits));
      },
    ),
  );
});

test('deep, wide and strange values neither leak nor hurt', () => {
  let deep: Record<string, unknown> = { password: 'x' };
  for (let n = 0; n < 50; n += 1) deep = { deep };
  expect(JSON.stringify(maskValue(deep))).not.toContain('"x"');
  expect(maskValue(Array.from({ length: 1_000 }, () => 1))).toHaveLength(100);
  expect(maskValue(Buffer.from('secret bytes'))).toBe('[12 bytes]');
  expect(maskValue({ token: undefined, password: null })).toEqual({ token: undefined, password: null });
});

test('every line carries the ids of its request or job', () => {
  const { log, lines } = capture();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  withCorrelation({ requestId: 'r-1', correlationId: 'c-1', traceparent }, () => log.info('inside'));
  log.info('outside');
  const [inside = '', outside = ''] = lines;
  expect(JSON.parse(inside)).toMatchObject({
    level: 'info',
    message: 'inside',
    requestId: 'r-1',
    correlationId: 'c-1',
    trace: '0af7651916cd43dd8448eb211c80319c',
  });
  expect(JSON.parse(outside)).not.toHaveProperty('requestId');
});
