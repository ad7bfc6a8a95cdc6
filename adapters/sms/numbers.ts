/** What vendors take as a number: E.164 with its plus. Anything else would be read differently by each of them. */
export function isE164(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number);
}

export const notE164 = { outcome: 'rejected', code: 'invalid-number', detail: 'not a number in E.164' } as const;

/** Whole seconds until the text is worthless; undefined when it never is. */
export function secondsLeft(validUntil: Date | undefined): number | undefined {
  return validUntil === undefined ? undefined : Math.floor((validUntil.getTime() - Date.now()) / 1000);
}

export const tooLate = {
  outcome: 'rejected',
  code: 'expired',
  detail: 'its time was over before it was handed over',
} as const;
