import { normalizePhone } from '../../shared/phone.ts';
import type { Region } from '../../shared/phone.ts';
import { Problem } from '../../shared/problem.ts';
import { problems } from './problems.ts';

/** One address in one spelling: capitals make no difference to anyone's mailbox that matters. */
export function normalizeEmail(typed: string): string {
  return typed.toLowerCase();
}

const reasons = {
  empty: 'is empty',
  'scientific-notation': 'has lost digits to a spreadsheet',
  extension: 'has an extension, which gets no SMS',
  'not-a-number': 'is not a phone number',
  'invalid-number': 'is not a number any operator has assigned',
  'not-mobile': 'is not a mobile number',
} as const;

/**
 * @returns the number in E.164
 * @throws Problem 409 `phone-not-valid`
 */
export function requirePhone(typed: string, region: Region): string {
  const result = normalizePhone(typed, region);
  if (result.ok) return result.phone;
  throw new Problem(problems['phone-not-valid'], {
    detail: 'Give a mobile number, best with its country code: +989121234567.',
    errors: [{ pointer: '/phone', detail: reasons[result.reason] }],
  });
}
