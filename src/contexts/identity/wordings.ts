import type { Wording, WordingVariable } from '../notifications/index.ts';
import { codePurposes } from './one-time-code.ts';

const token: WordingVariable = { name: 'token', type: 'string', required: true, maxLength: 100 };
const day: WordingVariable = { name: 'day', type: 'date', required: true };
const provider: WordingVariable = { name: 'provider', type: 'string', required: true, maxLength: 60 };
const code: WordingVariable = { name: 'code', type: 'string', required: true, maxLength: 10 };
const minutes: WordingVariable = { name: 'minutes', type: 'integer', required: false };

/** Mails that carry a secret, or go to an address rather than to the owner of an account. */
const mails: Readonly<Record<string, readonly WordingVariable[]>> = {
  'confirm-address': [token],
  'already-registered': [],
  'confirm-new-address': [token],
  'address-wanted': [],
  'address-changed': [],
  'reset-password': [token],
  'phone-transferred': [],
};

/** By e-mail, and to who has none by SMS: two texts each, `….email` and `….sms`. */
const notices: Readonly<Record<string, readonly WordingVariable[]>> = {
  'password-changed': [],
  locked: [],
  unlocked: [],
  'deletion-requested': [day],
  erased: [],
  'export-ready': [day],
  'second-factor-enabled': [],
  'second-factor-disabled': [],
  'recovery-code-used': [],
  'recovery-codes-renewed': [],
  'identity-linked': [provider],
  'identity-unlinked': [provider],
};

/** Every text of identity that staff may say otherwise, by a message template of its key. */
export const wordings: readonly Wording[] = [
  ...[...codePurposes, 'number-transfer'].map((purpose) => account(`code.${purpose}`, 'sms', [code, minutes])),
  ...Object.entries(mails).map(([key, variables]) => account(key, 'email', variables)),
  ...Object.entries(notices).flatMap(([key, variables]) => [
    account(`${key}.email`, 'email', variables),
    account(`${key}.sms`, 'sms', variables),
  ]),
];

function account(key: string, channel: Wording['channel'], variables: readonly WordingVariable[]): Wording {
  return { key: `account.${key}`, channel, category: 'account', variables };
}
