import { expect, test } from '@jest/globals';
import { askedBy } from './record-inbound-message.ts';

test.each(['STOP', 'stop', ' Stop. ', 'STOP please', 'ＳＴＯＰ', 'Arrêt', 'unsubscribe', 'لغو', 'opt-out', 'стоп!'])(
  '%s stops',
  (text) => {
    expect(askedBy(text)).toBe('stop');
  },
);

test.each(['START', 'unstop', 'Start!', 'شروع'])('%s starts', (text) => {
  expect(askedBy(text)).toBe('start');
});

test.each(['Please do not stop', 'end of the month', 'restart', 'cancel my order', '', '🙂', 'start over'])(
  '%s asks for nothing',
  (text) => {
    expect(askedBy(text)).toBe('nothing');
  },
);
