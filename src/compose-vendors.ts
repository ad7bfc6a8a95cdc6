import { createSandboxEmailSender } from '../adapters/email/sandbox.ts';
import { createSendpulseApi } from '../adapters/email/sendpulse-api.ts';
import { createSendpulseLookup } from '../adapters/email/sendpulse-lookup.ts';
import { createSendpulseWebhook } from '../adapters/email/sendpulse-webhook.ts';
import { createSendpulseEmailSender } from '../adapters/email/sendpulse.ts';
import { createReturnPaths } from '../adapters/email/return-path.ts';
import { createSmtpWebhook } from '../adapters/email/smtp-webhook.ts';
import { createSmtpEmailSender } from '../adapters/email/smtp.ts';
import { usualResilience, withResilience } from '../adapters/resilience.ts';
import type { ResilienceOptions } from '../adapters/resilience.ts';
import { createKavenegarLookup } from '../adapters/sms/kavenegar-lookup.ts';
import { createKavenegarWebhook } from '../adapters/sms/kavenegar-webhook.ts';
import { createKavenegarSmsSender } from '../adapters/sms/kavenegar.ts';
import { createSandboxSmsSender } from '../adapters/sms/sandbox.ts';
import { createTwilioWebhook } from '../adapters/sms/twilio-webhook.ts';
import { createTwilioSmsSender } from '../adapters/sms/twilio.ts';
import { createVonageWebhook } from '../adapters/sms/vonage-webhook.ts';
import { createVonageSmsSender } from '../adapters/sms/vonage.ts';
import type { Config } from './config.ts';
import type { DeliveryLookup } from './ports/delivery-lookup.ts';
import type { DeliveryWebhook } from './ports/delivery-webhook.ts';
import type { EmailSender } from './ports/email-sender.ts';
import type { SandboxInbox } from './ports/sandbox-inbox.ts';
import type { MessageSender } from './ports/send-outcome.ts';
import type { SmsSender } from './ports/sms-sender.ts';
import type { VendorWatch } from './ports/vendor-watch.ts';
import type { VendorObserver } from './process/observers.ts';
import { traceCall } from './telemetry/tracing.ts';

/** Everything that messaging vendors do for this installation. */
export interface MessagingVendors {
  /** In failover order, each behind its own guards. */
  readonly smsSenders: readonly SmsSender[];
  readonly emailSenders: readonly EmailSender[];
  /** Of every vendor with an account, whether it is listed as a provider or not: of what it sent, reports still come. */
  readonly webhooks: readonly DeliveryWebhook[];
  readonly lookups: readonly DeliveryLookup[];
  /** Ends connections that are kept open; senders of a stopped process are not asked again. */
  readonly close: () => void;
}

export interface VendorParts {
  readonly inbox: SandboxInbox;
  readonly observer: VendorObserver;
  readonly watch: VendorWatch;
  /** 32 bytes that sign the return paths of mails, for this purpose alone. */
  readonly returnPathKey: Buffer;
}

const MAIL_CONNECTIONS = 10;

export function createMessagingVendors(
  config: Config,
  { inbox, observer, watch, returnPathKey }: VendorParts,
): MessagingVendors {
  const { vendors, publicUrl, emailFrom: from } = config;
  const base = publicUrl ?? `http://${config.host}:${config.port}`;
  const guard = <Message>(
    channel: string,
    sender: MessageSender<Message>,
    options: Partial<ResilienceOptions> = {},
  ): MessageSender<Message> => {
    const dependency = `${channel}:${sender.name}`;
    observer.begin(dependency);
    return withResilience(sender, { ...usualResilience, observer, trace: traceCall, dependency, ...options });
  };
  const smsSenders: Record<string, SmsSender> = {};
  const emailSenders: Record<string, EmailSender> = {};
  const webhooks: DeliveryWebhook[] = [];
  const lookups: DeliveryLookup[] = [];
  const at = (name: string, end: string): string => `${base}/api/v1/webhooks/${name}/${end}`;

  if (vendors.twilio !== undefined) {
    const statusCallback = (reference: string): string => at('twilio', reference);
    // Without a public address there is nothing Twilio could call.
    const asked = publicUrl === undefined ? undefined : statusCallback;
    smsSenders['twilio'] = createTwilioSmsSender({ ...vendors.twilio, statusCallback: asked, watch });
    webhooks.push(createTwilioWebhook({ ...vendors.twilio, statusCallback, watch }));
  }
  if (vendors.kavenegar !== undefined) {
    smsSenders['kavenegar'] = createKavenegarSmsSender({ ...vendors.kavenegar, watch });
    webhooks.push(createKavenegarWebhook(vendors.kavenegar));
    lookups.push(createKavenegarLookup({ ...vendors.kavenegar, watch }));
  }
  if (vendors.vonage !== undefined) {
    const [token] = vendors.vonage.tokens;
    const callback = publicUrl === undefined || token === undefined ? undefined : at('vonage', token);
    smsSenders['vonage'] = createVonageSmsSender({ ...vendors.vonage, callback, watch });
    webhooks.push(createVonageWebhook({ ...vendors.vonage, watch }));
  }
  if (vendors.sendpulse !== undefined) {
    const call = createSendpulseApi(vendors.sendpulse);
    emailSenders['sendpulse'] = createSendpulseEmailSender({ call, from, watch });
    webhooks.push(createSendpulseWebhook({ ...vendors.sendpulse, watch }));
    lookups.push(createSendpulseLookup({ call }));
  }
  const { bounces } = vendors;
  const returnPaths = bounces === undefined ? undefined : createReturnPaths(bounces.address, returnPathKey);
  if (bounces !== undefined && returnPaths !== undefined) {
    webhooks.push(createSmtpWebhook({ tokens: bounces.tokens, returnPaths, from }));
  }
  const smtp =
    config.smtpUrl === undefined
      ? undefined
      : createSmtpEmailSender({ url: config.smtpUrl, from, returnPaths, connections: MAIL_CONNECTIONS });

  return {
    smsSenders: config.smsProviders.map((name) => guard('sms', smsSenders[name] ?? createSandboxSmsSender(inbox))),
    emailSenders: config.emailProviders.map((name) =>
      name === 'smtp' && smtp !== undefined
        ? // What waits for a connection waits here, where the time of waiting is not the server's fault.
          guard('email', smtp, { concurrency: MAIL_CONNECTIONS, queue: 200 })
        : guard('email', emailSenders[name] ?? createSandboxEmailSender(inbox)),
    ),
    webhooks,
    lookups,
    close: () => smtp?.close(),
  };
}
