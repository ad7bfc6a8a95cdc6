import type { MailText } from './texts.ts';

const notYou = 'If it was not you, reset your password at once.';

/** Go to the owner by mail or, without subject, by SMS. */
export const texts = {
  enabled: {
    wording: { key: 'account.second-factor-enabled', values: [] },
    subject: 'Your second factor is on',
    text: `Log-ins to your account now ask for a code from an authenticator app. ${notYou}`,
  },
  disabled: {
    wording: { key: 'account.second-factor-disabled', values: [] },
    subject: 'Your second factor is off',
    text: `Log-ins to your account no longer ask for a code. ${notYou}`,
  },
  recoveryCodeUsed: {
    wording: { key: 'account.recovery-code-used', values: [] },
    subject: 'A recovery code was used',
    text: `One of your recovery codes was used in place of your authenticator app. ${notYou}`,
  },
  recoveryCodesRenewed: {
    wording: { key: 'account.recovery-codes-renewed', values: [] },
    subject: 'Your recovery codes were replaced',
    text: `Your account has new recovery codes; the ones before are void. ${notYou}`,
  },
} as const satisfies Readonly<Record<string, MailText>>;
