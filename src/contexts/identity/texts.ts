import type { VariableValue } from '../notifications/index.ts';
import { CODE_LIFETIME } from './one-time-code.ts';
import type { CodePurpose } from './one-time-code.ts';

export interface MailText {
  readonly subject: string;
  readonly text: string;
  /** Under which key staff may say it otherwise (wordings.ts), and what is filled in there. */
  readonly wording: { readonly key: string; readonly values: readonly VariableValue[] };
}

/** Without its subject. */
export type SmsText = Omit<MailText, 'subject'>;

const token = (value: string): VariableValue => ({ name: 'token', type: 'string', value });
/** In UTC. */
const day = (moment: Date): VariableValue => ({ name: 'day', type: 'date', value: moment.toISOString().slice(0, 10) });
const wording = (key: string, ...values: readonly VariableValue[]): Pick<MailText, 'wording'> => ({
  wording: { key: `account.${key}`, values },
});

export const mails = {
  confirmAddress: (secret: string): MailText => ({
    ...wording('confirm-address', token(secret)),
    subject: 'Confirm your e-mail address',
    text: [
      'Somebody has signed up with this address. If it was you, confirm it with this token within 24 hours:',
      secret,
      'If it was not you, do nothing: without the token no account comes to exist.',
    ].join('\n\n'),
  }),
  alreadyRegistered: (): MailText => ({
    ...wording('already-registered'),
    subject: 'You already have an account',
    text: [
      'Somebody, perhaps you, has tried to sign up with this address. You already have an account here: log in, or ask',
      'for a password reset if you have forgotten the password. Nothing has changed.',
    ].join(' '),
  }),
  confirmNewAddress: (secret: string): MailText => ({
    ...wording('confirm-new-address', token(secret)),
    subject: 'Confirm your new e-mail address',
    text: [
      'An account shall be moved to this address. If you asked for it, confirm it with this token within 24 hours:',
      secret,
      'If you did not, do nothing: the account keeps its present address.',
    ].join('\n\n'),
  }),
  addressWanted: (): MailText => ({
    ...wording('address-wanted'),
    subject: 'Your e-mail address was entered for another account',
    text: 'Somebody has tried to move another account to this address. It belongs to your account; nothing has changed.',
  }),
  addressChanged: (): MailText => ({
    ...wording('address-changed'),
    subject: 'Your e-mail address was changed',
    text: 'Your account has moved to another address. If you did not ask for it, reset your password at once.',
  }),
  resetPassword: (secret: string): MailText => ({
    ...wording('reset-password', token(secret)),
    subject: 'Reset your password',
    text: [
      'Somebody has asked to reset the password of your account. Set a new one with this token within 30 minutes:',
      secret,
      'If it was not you, do nothing: your password stays as it is.',
    ].join('\n\n'),
  }),
  phoneTransferred: (): MailText => ({
    ...wording('phone-transferred'),
    subject: 'Your phone number has left your account',
    text: [
      'Somebody has proven that your number is theirs now and has moved it to another account. Your account is logged',
      'out everywhere. Log in with this e-mail address, and set the number you have now.',
    ].join(' '),
  }),
};

/** Go to the owner by mail or, without subject, by SMS. */
export const notices = {
  passwordChanged: (): MailText => ({
    ...wording('password-changed'),
    subject: 'Your password was changed',
    text: 'The password of your account was changed. If it was not you, reset it at once: all sessions then end.',
  }),
  locked: (): MailText => ({
    ...wording('locked'),
    subject: 'Your account is locked',
    text: 'Your account was locked, and you are logged out everywhere. Please write to our support.',
  }),
  deletionRequested: (dueAt: Date): MailText => ({
    ...wording('deletion-requested', day(dueAt)),
    subject: 'Your account will be deleted',
    text: `Your account will be deleted on ${dueAt.toISOString().slice(0, 10)}. To keep it, log in before that day.`,
  }),
  erased: (): MailText => ({
    ...wording('erased'),
    subject: 'Your account is deleted',
    text: 'Your account and your personal data with us are deleted. Good-bye.',
  }),
  exportReady: (lastDay: Date): MailText => ({
    ...wording('export-ready', day(lastDay)),
    subject: 'Your data are ready',
    text: `The export of your data is ready. Log in to download it until ${lastDay.toISOString().slice(0, 10)}.`,
  }),
  unlocked: (): MailText => ({
    ...wording('unlocked'),
    subject: 'Your account is open again',
    text: 'The lock of your account was lifted. You can log in again.',
  }),
};

const purposes: Readonly<Record<CodePurpose, string>> = {
  login: 'log in',
  verify: 'confirm your number',
  reset: 'reset your password',
  'phone-change': 'set this number for your account',
  deletion: 'delete your account',
  social: 'sign up with this number',
};

/** The text of a code. One SMS in every alphabet: at most 160 GSM-7 characters. */
export function codeText(code: string, purpose: CodePurpose, numberHasAccount: boolean): SmsText {
  const minutes = CODE_LIFETIME / 60;
  const moves = numberHasAccount && (purpose === 'verify' || purpose === 'phone-change' || purpose === 'social');
  return {
    ...wording(
      `code.${moves ? 'number-transfer' : purpose}`,
      { name: 'code', type: 'string', value: code },
      { name: 'minutes', type: 'integer', value: minutes },
    ),
    text: moves
      ? `${code} moves this number from the account that has it to yours. Never tell it to anyone. Valid ${minutes} minutes.`
      : `${code} is your code to ${purposes[purpose]}. Never tell it to anyone. Valid ${minutes} minutes.`,
  };
}
