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

/** `event` of webhooks. Opens, clicks and unsubscriptions prove delivery at most, and are not about it. */
export const sendpulseReportCodes: ReportCodes = {
  delivered: 'delivered',
  undelivered: 'undelivered',
  hard_bounces: 'undelivered',
  // The mail server may still take it.
  soft_bounces: null,
  opened: 'delivered',
  clicked: 'delivered',
  redirected: 'delivered',
  spam_by_user: 'delivered',
  unsubscribed: null,
  resubscribed: null,
  // Names of the bulk product.
  open: 'delivered',
  redirect: 'delivered',
  spam: 'delivered',
  unsubscribe: null,
};
