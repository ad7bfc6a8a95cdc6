import { describe, expect, test } from '@jest/globals';
import { messageStates } from './message.ts';
import type { MessageState } from './message.ts';
import { stateAfterReport } from './state-after-report.ts';

describe('the state after a report', () => {
  test.each<[MessageState, 'sent' | 'delivered' | 'undelivered' | 'expired', MessageState]>([
    ['sending', 'sent', 'sent'],
    ['sending', 'delivered', 'delivered'],
    ['unknown', 'sent', 'sent'],
    ['unknown', 'undelivered', 'undelivered'],
    ['retry_wait', 'delivered', 'delivered'],
    ['claimed', 'delivered', 'delivered'],
    ['sent', 'sent', 'sent'],
    ['sent', 'expired', 'expired'],
    ['delivered', 'undelivered', 'delivered'],
    ['delivered', 'sent', 'delivered'],
    ['undelivered', 'delivered', 'delivered'],
    ['expired', 'delivered', 'delivered'],
    ['undelivered', 'expired', 'undelivered'],
    ['expired', 'undelivered', 'expired'],
    ['undelivered', 'sent', 'undelivered'],
    ['dead', 'delivered', 'dead'],
    ['cancelled', 'delivered', 'cancelled'],
    ['suppressed', 'delivered', 'suppressed'],
  ])('%s, reported %s, is %s', (current, reported, next) => {
    expect(stateAfterReport(current, reported)).toBe(next);
  });

  test('a report told twice changes nothing the second time', () => {
    for (const state of messageStates) {
      for (const reported of ['sent', 'delivered', 'undelivered', 'expired'] as const) {
        const once = stateAfterReport(state, reported);
        expect(stateAfterReport(once, reported)).toBe(once);
      }
    }
  });
});
