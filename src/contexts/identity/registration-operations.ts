import type { Handlers } from '../../contract/handlers.ts';
import { done } from './bodies.ts';
import { createPhoneRegistration } from './create-phone-registration.ts';
import { createRegistration } from './create-registration.ts';
import type { IdentityParts } from './dependencies.ts';
import { verifyEmail } from './verify-email.ts';
import { verifyPhone } from './verify-phone.ts';

type Registration = 'createRegistration' | 'createPhoneRegistration' | 'verifyEmail' | 'verifyPhone';

/** Signing up and proving an address or a number. */
export function createRegistrationOperations(parts: IdentityParts): Handlers<Registration> {
  return {
    async createRegistration({ body }, { signal }) {
      const { userId } = await createRegistration(parts, { ...body, signal });
      const message = 'We have sent a message to this address. Confirm it to finish signing up.';
      return { status: 200, body: { success: true, message, userId } };
    },
    async createPhoneRegistration({ body }, { ip, signal }) {
      const { userId } = await createPhoneRegistration(parts, { ...body, ip, signal });
      const message = 'We have sent a code to this phone. Confirm it to finish signing up.';
      return { status: 200, body: { success: true, message, userId } };
    },
    async verifyEmail({ body }) {
      await verifyEmail(parts, body);
      return { status: 200, body: done('Your e-mail address is confirmed. You can log in now.') };
    },
    async verifyPhone({ body }) {
      await verifyPhone(parts, { ...body, transfer: body.transfer ?? false });
      return { status: 200, body: done('Your phone number is confirmed. You can log in now.') };
    },
  };
}
