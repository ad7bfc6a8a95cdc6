import type { MailText } from '../texts.ts';

/** Go to the owner by mail or, without subject, by SMS. `provider` as configuration spells it. */
export const notices = {
  linked: (provider: string): MailText => ({
    wording: { key: 'account.identity-linked', values: [{ name: 'provider', type: 'string', value: provider }] },
    subject: 'Your account has another way to log in',
    text: `Your account can now be opened by logging in with ${provider}. If this was not you, remove it and reset your password.`,
  }),
  unlinked: (provider: string): MailText => ({
    wording: { key: 'account.identity-unlinked', values: [{ name: 'provider', type: 'string', value: provider }] },
    subject: 'A way to log in was removed',
    text: `Your account can no longer be opened by logging in with ${provider}. If this was not you, reset your password at once.`,
  }),
};
