import type { ReportCodes, SendCodes } from '../vendor-codes.ts';

/** Refusals of `POST …/Messages.json`, by Twilio's error code. The request made no message, whatever the class. */
export const twilioSendCodes: SendCodes = {
  '14107': ['throttled', 'too many messages'],
  '20003': ['configuration', 'account SID and auth token do not fit'],
  '20005': ['configuration', 'the account is not active'],
  '20008': ['configuration', 'test credentials reach nothing but test numbers'],
  '20404': ['configuration', 'no such account'],
  '20429': ['throttled', 'too many requests'],
  '20503': ['retryable', 'Twilio is down'],
  '21211': ['permanent', 'not a valid number'],
  '21212': ['configuration', 'not a valid sender'],
  '21265': ['permanent', 'the number is a short code'],
  '21408': ['configuration', 'the account may not send to this country'],
  '21601': ['configuration', 'the sender cannot send texts'],
  '21602': ['permanent', 'the text is empty'],
  '21603': ['configuration', 'no sender'],
  '21604': ['permanent', 'no number'],
  '21605': ['permanent', 'the text is too long'],
  '21606': ['configuration', 'the sender is not one of the account'],
  '21608': ['configuration', 'a trial account reaches verified numbers only'],
  '21609': ['configuration', 'StatusCallback is not a URL Twilio can reach'],
  '21610': ['permanent', 'the recipient answered STOP', 'opted-out'],
  '21611': ['throttled', "the sender's queue is full"],
  '21612': ['permanent', 'no route from this sender to this number'],
  '21614': ['permanent', 'not a mobile number'],
  '21617': ['permanent', 'the text is too long'],
  '21619': ['permanent', 'the text is empty'],
  '21635': ['permanent', 'a landline'],
  '21659': ['configuration', 'the sender is not a number of Twilio'],
  '21660': ['configuration', 'the sender belongs to another account'],
  '21703': ['configuration', 'the messaging service has no sender'],
  '21705': ['configuration', 'no such messaging service'],
  '30002': ['configuration', 'the account is suspended'],
  '63038': ['configuration', "the account's daily limit is used up"],
  '90007': ['permanent', 'an invalid ValidityPeriod: a defect of ours'],
};

/** `MessageStatus` of callbacks. Those before `sent` prove that Twilio took the message, which is what `sent` means here. */
export const twilioReportCodes: ReportCodes = {
  accepted: 'sent',
  scheduled: 'sent',
  queued: 'sent',
  sending: 'sent',
  sent: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
  canceled: 'undelivered',
  // Of several recipients or parts, some: not what was asked for.
  partially_delivered: 'undelivered',
  // Of texts that people send us.
  receiving: null,
  received: null,
};

/** `ErrorCode` of a message that waited in Twilio's queue until its ValidityPeriod was over. */
export const TWILIO_EXPIRED = '30036';
