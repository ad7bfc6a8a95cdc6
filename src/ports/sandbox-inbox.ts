/** How the sandbox vendor misbehaves when asked to; probabilities are 0 to 1. */
export interface SandboxBehaviour {
  readonly channel: 'sms' | 'email';
  /** Share of sends refused as `unavailable`. */
  readonly failRate: number;
  /** Share of sends refused for good as `rejected`. */
  readonly rejectRate: number;
  /** Share of sends that are delivered although the answer is lost: `unknown`. */
  readonly loseAnswerRate: number;
  /** Each send takes this long. */
  readonly sendDelayMilliseconds: number;
  /** Reports come this long after the send. */
  readonly reportDelayMilliseconds: number;
  /** Share of reports that never come. */
  readonly loseReportRate: number;
}

export interface SandboxDelivery {
  readonly channel: 'sms' | 'email';
  /** Unique: a second delivery under the same reference is the same message. */
  readonly reference: string;
  readonly address: string;
  readonly subject?: string;
  readonly body: string;
}

/**
 * Where the sandbox adapters put messages, so that a person can read them over the API whichever process sent them.
 * The platform implements it on PostgreSQL; adapters never see the database.
 */
export interface SandboxInbox {
  behaviour(channel: 'sms' | 'email'): Promise<SandboxBehaviour>;
  /** Stores the message once per reference, plans its delivery report, and gives the provider's message id. */
  deliver(delivery: SandboxDelivery): Promise<{ readonly providerMessageId: string }>;
}
