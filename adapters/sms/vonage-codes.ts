import type { ReportCodes, SendCodes } from '../vendor-codes.ts';

/** `messages[].status` of `sms/json` other than 0. */
export const vonageSendCodes: SendCodes = {
  '1': ['throttled', 'too many requests'],
  '2': ['permanent', 'a parameter is missing'],
  '3': ['permanent', 'a parameter is not valid'],
  '4': ['configuration', 'API key and secret do not fit'],
  '5': ['unknown', 'an error within Vonage'],
  '6': ['permanent', 'not a valid message'],
  '7': ['permanent', 'the number is barred'],
  '8': ['configuration', 'the account is barred'],
  '9': ['configuration', 'the credit is used up'],
  '10': ['throttled', 'too many connections'],
  '11': ['configuration', 'the account may not use this API'],
  '12': ['permanent', 'the text is too long'],
  '14': ['configuration', 'the signature is not valid'],
  '15': ['permanent', 'not a valid sender for this message'],
  '22': ['permanent', 'no network has this number'],
  '23': ['configuration', 'not a valid callback URL'],
  '29': ['configuration', 'a trial account reaches listed numbers only'],
  // Nobody is sure what it means; certainly a refusal that a person must look at.
  '32': ['configuration', 'refused for a reason of the account'],
  '33': ['permanent', 'the number is deactivated'],
  'http-401': ['configuration', 'API key and secret do not fit'],
  'http-403': ['configuration', 'the account may not use this API'],
  'http-429': ['throttled', 'too many requests'],
};

/** `status` of delivery receipts. */
export const vonageReportCodes: ReportCodes = {
  accepted: 'sent',
  buffered: 'sent',
  delivered: 'delivered',
  expired: 'expired',
  failed: 'undelivered',
  rejected: 'undelivered',
  // The network does not know; neither do we.
  unknown: null,
};
