import type { SendOptions, SendOutcome } from './send-outcome.ts';

/** A message as it lands in the sandbox: the fake phone or mailbox. */
export interface SandboxDelivery {
  readonly channel: 'sms' | 'email';
  /** Unique: a second delivery under the same reference is the same message. */
  readonly reference: string;
  readonly address: string;
  readonly subject?: string | undefined;
  readonly body: string;
}

/**
 * Where the sandbox adapters put messages, so that a person can read them over the API whichever process sent them. It
 * misbehaves as it was told to over the API: refuses, rejects, delays, loses answers or reports. The platform implements it
 * on PostgreSQL; adapters never see the database.
 */
export interface SandboxInbox {
  /** Stores the message once per reference and plans its delivery report, unless the sandbox is told to refuse it. */
  deliver(delivery: SandboxDelivery, options: SendOptions): Promise<SendOutcome>;
}
