import type { ReportCodes, SendCodes } from '../vendor-codes.ts';

/** `return.status` of `sms/send.json` other than 200. */
export const kavenegarSendCodes: SendCodes = {
  '400': ['permanent', 'parameters are missing or wrong'],
  '401': ['configuration', 'the account is disabled'],
  // Sent again under the same localid, which creates nothing if it was taken after all.
  '402': ['unknown', 'the operation failed'],
  '403': ['configuration', 'the API key is not valid'],
  '404': ['configuration', 'no such method'],
  '405': ['permanent', 'not a method of this path'],
  '407': ['configuration', 'this API key may not do that'],
  '409': ['throttled', 'Kavenegar is busy'],
  '411': ['permanent', 'not a valid number'],
  '412': ['permanent', 'not a valid sender for this message'],
  '413': ['permanent', 'the text is empty or too long'],
  '414': ['permanent', 'too many numbers'],
  '416': ['configuration', 'the address of this server does not fit the settings of the API key'],
  '417': ['permanent', 'not a valid date'],
  '418': ['configuration', 'the credit is used up'],
  '419': ['permanent', 'numbers, texts and senders differ in count'],
  '422': ['permanent', 'the text has a character that cannot be sent'],
  '424': ['permanent', 'no such template'],
  '426': ['configuration', 'the plan lacks this method'],
  '428': ['permanent', 'not possible as a voice call'],
  // Unlike everywhere else, no matter of speed.
  '429': ['configuration', 'this server may not use the API from its address'],
  '431': ['permanent', 'the code does not fit the template'],
  '432': ['permanent', 'the template lacks its parameter'],
  '451': ['throttled', 'too many requests'],
  '501': ['configuration', 'a test account reaches its owner only'],
  '607': ['permanent', 'not a valid tag'],
};

/** `entries[].status`, of look-ups and of the stored record that a repeated localid gives. */
export const kavenegarReportCodes: ReportCodes = {
  '1': 'sent',
  '2': 'sent',
  '4': 'sent',
  '5': 'sent',
  '6': 'undelivered',
  '10': 'delivered',
  '11': 'undelivered',
  '13': 'undelivered',
  '14': 'undelivered',
  // In official SDKs, explained nowhere: tells nothing.
  '50': null,
  // Unknown id, or older than 48 hours: tells nothing.
  '100': null,
};
