/** What a mail server tells of one mail that it could not deliver, or did. */
export interface DeliveryStatus {
  /** The return path of the mail: where this goes. */
  readonly to: string;
  readonly action?: string;
  readonly status?: string;
  /** What the recipient's server said; null leaves the field out. */
  readonly words?: string | null;
  readonly envelopeId?: string;
  /** Further header fields, such as those that servers on the way add. */
  readonly headers?: readonly string[];
  /** The report's type; that of a complaint is `feedback-report`. */
  readonly type?: string;
}

/** A delivery status notification (RFC 3464) as Postfix writes it. */
export function deliveryStatus(told: DeliveryStatus): string {
  const { to, action = 'failed', status = '5.1.1', envelopeId, headers = [], type = 'delivery-status' } = told;
  const words = told.words === undefined ? '550 5.1.1 <reader@example.com>: User unknown' : told.words;
  const boundary = '4F0A21C2.1795256132/mail.portico.example';
  return [
    'Return-Path: <>',
    ...headers,
    'Date: Sat, 21 Nov 2026 20:15:32 +0000 (UTC)',
    'From: MAILER-DAEMON@mail.portico.example (Mail Delivery System)',
    'Subject: Undelivered Mail Returned to Sender',
    `To: ${to}`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${type};`,
    `\tboundary="${boundary}"`,
    'Message-Id: <20261121201532.4F0A21C2@mail.portico.example>',
    '',
    'This is a MIME-encapsulated message.',
    '',
    `--${boundary}`,
    'Content-Description: Notification',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'This is the mail system at host mail.portico.example.',
    '',
    `--${boundary}`,
    'Content-Description: Delivery report',
    `Content-Type: message/${type}`,
    '',
    'Reporting-MTA: dns; mail.portico.example',
    ...(envelopeId === undefined ? [] : [`Original-Envelope-Id: ${envelopeId}`]),
    'X-Postfix-Queue-ID: 4F0A21C2',
    'X-Postfix-Sender: rfc822; no-reply@portico.example',
    'Arrival-Date: Sat, 21 Nov 2026 20:15:31 +0000 (UTC)',
    '',
    'Final-Recipient: rfc822; reader@example.com',
    'Original-Recipient: rfc822;reader@example.com',
    `Action: ${action}`,
    `Status: ${status}`,
    'Remote-MTA: dns; mx.example.com',
    // Long answers are folded.
    ...(words === null ? [] : [`Diagnostic-Code: smtp; ${words.replace(': ', ':\r\n    ')}`]),
    '',
    `--${boundary}`,
    'Content-Description: Undelivered Message Headers',
    'Content-Type: text/rfc822-headers',
    '',
    'From: Portico <no-reply@portico.example>',
    'To: reader@example.com',
    'Subject: Hello',
    '',
    `--${boundary}--`,
    '',
  ].join('\r\n');
}
