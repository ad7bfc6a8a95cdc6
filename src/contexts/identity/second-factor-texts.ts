/** What the owner of an account is told: as a mail, or without its subject as an SMS. */
export interface OwnerText {
  readonly subject: string;
  readonly text: string;
}

const notYou = 'If it was not you, reset your password at once.';

export const texts = {
  enabled: {
    subject: 'Your second factor is on',
    text: `Log-ins to your account now ask for a code from an authenticator app. ${notYou}`,
  },
  disabled: {
    subject: 'Your second factor is off',
    text: `Log-ins to your account no longer ask for a code. ${notYou}`,
  },
  recoveryCodeUsed: {
    subject: 'A recovery code was used',
    text: `One of your recovery codes was used in place of your authenticator app. ${notYou}`,
  },
  recoveryCodesRenewed: {
    subject: 'Your recovery codes were replaced',
    text: `Your account has new recovery codes; the ones before are void. ${notYou}`,
  },
} as const satisfies Readonly<Record<string, OwnerText>>;
