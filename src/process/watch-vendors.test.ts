import { beforeEach, expect, test } from '@jest/globals';
import { createTestLog } from '../testing/log.ts';
import type { VendorObserver } from './observers.ts';
import { createVendorWatch } from './watch-vendors.ts';

let alarms: string[];
let told: string[];
let time: number;
const observer: VendorObserver = {
  begin: () => undefined,
  called: () => undefined,
  circuitChanged: () => undefined,
  alarmed: (vendor, kind) => alarms.push(`${vendor} ${kind}`),
};

beforeEach(() => {
  [alarms, told, time] = [[], [], 0];
});

test('every alarm counts; the same one is told once in ten minutes', () => {
  const { log, lines } = createTestLog();
  const reportError = (error: unknown): void => void told.push(error instanceof Error ? error.message : '');
  const watch = createVendorWatch({ observer, log, reportError }, () => time);
  const event = { vendor: 'twilio', where: 'send', code: '21999' } as const;
  for (let repeated = 0; repeated < 3; repeated += 1) watch.unmapped(event);
  watch.unmapped({ ...event, code: '21998' });
  watch.misconfigured({ vendor: 'kavenegar', code: '418' });
  time += 600_000;
  watch.unmapped(event);
  expect(alarms).toEqual([...Array<string>(4).fill('twilio unmapped'), 'kavenegar misconfigured', 'twilio unmapped']);
  const unmapped = 'twilio said 21999 (send), which no map of its codes knows.';
  const expected = [
    unmapped,
    'twilio said 21998 (send), which no map of its codes knows.',
    'kavenegar refuses this installation: 418.',
    unmapped,
  ];
  expect(told).toEqual(expected);
  expect(lines.map(({ message }) => message)).toEqual(Array(4).fill('a vendor needs attention'));
});
