import type { RecipientFate } from '../../src/ports/send-outcome.ts';
import type { ReportCodes, SendCodes } from '../vendor-codes.ts';

/** `error_code` of `POST /smtp/emails`, and HTTP statuses that come without one. */
export const sendpulseSendCodes: SendCodes = {
  '10': ['permanent', 'not a valid sender'],
  '11': ['permanent', 'not a valid recipient'],
  '12': ['permanent', 'not a valid subject'],
  '13': ['permanent', 'not a valid text'],
  '31': ['permanent', 'no such template'],
  '32': ['permanent', 'not valid for the template'],
  // Said in words only, under 422.
  limited: ['throttled', 'sending is limited, or the quota is used up'],
  'http-400': ['configuration', 'the request is refused as a whole'],
  'http-401': ['configuration', 'client id and secret do not fit'],
  'http-402': ['configuration', 'the plan does not cover it'],
  'http-403': ['configuration', 'the account may not send'],
  'http-429': ['throttled', 'too many requests'],
};

/**
 * `event` of webhooks; their documents know two spellings of some. What readers do with a mail proves its delivery, and is not
 * about it.
 */
export const sendpulseReportCodes: ReportCodes = {
  delivered: 'delivered',
  undelivered: 'undelivered',
  hard_bounces: 'undelivered',
  hard_bounced: 'undelivered',
  // The mail server may still take it.
  soft_bounces: null,
  soft_bounced: null,
  opened: 'delivered',
  clicked: 'delivered',
  redirected: 'delivered',
  spam_by_user: 'delivered',
  unsubscribed: 'delivered',
  resubscribed: null,
  // Names of the bulk product.
  open: 'delivered',
  redirect: 'delivered',
  spam: 'delivered',
  unsubscribe: 'delivered',
};

/** What an event says of the address for good. */
export const sendpulseFates: Readonly<Record<string, RecipientFate>> = {
  hard_bounces: 'gone',
  hard_bounced: 'gone',
  spam_by_user: 'complained',
  spam: 'complained',
  unsubscribed: 'unsubscribed',
  unsubscribe: 'unsubscribed',
};
