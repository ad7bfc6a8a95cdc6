import type { DeliveryWebhook } from '../../src/ports/delivery-webhook.ts';
import { isOneOf } from '../secrets.ts';

/**
 * Reads what Kavenegar pushes. It signs nothing, so whatever it says is only a reason to ask: the message's state comes from
 * the look-up.
 *
 * @param tokens the secret ends of the path that the panel was given; several while one replaces the other
 */
export function createKavenegarWebhook({ tokens }: { readonly tokens: readonly string[] }): DeliveryWebhook {
  return {
    name: 'kavenegar',
    judge({ raw, key }) {
      if (!isOneOf(key, tokens)) return { verdict: 'forged' };
      const id = new URLSearchParams(raw.toString('utf8')).get('messageid') ?? '';
      return { verdict: 'hint', providerMessageIds: /^\d{1,20}$/.test(id) ? [id] : [] };
    },
  };
}
