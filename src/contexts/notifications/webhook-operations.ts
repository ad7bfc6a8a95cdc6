import { reply } from '../../contract/handlers.ts';
import type { Handlers } from '../../contract/handlers.ts';
import { recordPushedReport } from './record-pushed-report.ts';
import type { PushDependencies } from './record-pushed-report.ts';

type WebhookOperations = Pick<
  Handlers,
  'recordTwilioReport' | 'recordKavenegarReport' | 'recordVonageReport' | 'recordSendpulseReports' | 'recordSmtpBounce'
>;

const form = 'application/x-www-form-urlencoded';

/** What messaging vendors call. Each gets the answer its program takes for success. */
export function createWebhookOperations(dependencies: PushDependencies): WebhookOperations {
  return {
    async recordTwilioReport({ path, headers }, { rawBody }) {
      await recordPushedReport(dependencies, 'twilio', {
        raw: rawBody,
        mediaType: form,
        key: path.messageReference,
        signature: headers['X-Twilio-Signature'],
      });
      return reply('recordTwilioReport', { status: 204 });
    },
    async recordKavenegarReport({ path }, { rawBody }) {
      const pushed = { raw: rawBody, mediaType: form, key: path.webhookToken };
      await recordPushedReport(dependencies, 'kavenegar', pushed);
      return reply('recordKavenegarReport', { status: 200, body: { received: true } });
    },
    async recordVonageReport({ path, mediaType }, { rawBody }) {
      await recordPushedReport(dependencies, 'vonage', { raw: rawBody, mediaType, key: path.webhookToken });
      return reply('recordVonageReport', { status: 204 });
    },
    async recordSendpulseReports({ path }, { rawBody }) {
      const pushed = { raw: rawBody, mediaType: 'application/json', key: path.webhookToken };
      await recordPushedReport(dependencies, 'sendpulse', pushed);
      return reply('recordSendpulseReports', { status: 200, body: { received: true } });
    },
    async recordSmtpBounce({ path }, { rawBody }) {
      const pushed = { raw: rawBody, mediaType: 'message/rfc822', key: path.webhookToken };
      await recordPushedReport(dependencies, 'smtp', pushed);
      return reply('recordSmtpBounce', { status: 204 });
    },
  };
}
