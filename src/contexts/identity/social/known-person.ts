import type { SocialPerson } from '../../../ports/social-login.ts';
import { normalizePhone } from '../../../shared/phone.ts';
import { normalizeEmail } from '../identifier.ts';
import type { IdentitySettings } from '../settings.ts';

/** What we know about somebody whom a provider has just identified: what it says, as far as we believe it. */
export interface KnownPerson {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly account: string | null;
  /** In lower case; only one that a provider trusted with addresses says is verified. */
  readonly email: string | null;
  readonly phone: {
    /** E.164. */
    readonly number: string;
    /** Said by a provider trusted with numbers: it needs no code of ours. */
    readonly verified: boolean;
  } | null;
}

/** One mailbox (HTML's form of an address): what a provider sends is not trusted to be one. */
const ADDRESS =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** An address nobody vouches for is forgotten here: it must neither be shown, nor looked for among our accounts. */
export function knownPerson(
  provider: string,
  { issuer, subject, account, email, phone }: SocialPerson,
  { social, phoneRegion }: Pick<IdentitySettings, 'social' | 'phoneRegion'>,
): KnownPerson {
  const address = email === undefined ? '' : normalizeEmail(email.address);
  const proven = email?.verified === true && social.trustedEmails.includes(provider);
  const normal = phone === undefined ? undefined : normalizePhone(phone.number, phoneRegion);
  return {
    ...{ provider, issuer, subject, account: account ?? null },
    email: proven && address.length <= 254 && ADDRESS.test(address) ? address : null,
    // What is no mobile number (masked, a landline, cut) is as good as none.
    phone:
      normal?.ok === true
        ? { number: normal.phone, verified: phone?.verified === true && social.trustedPhones.includes(provider) }
        : null,
  };
}
