export type SandboxChannel = 'sms' | 'email';

/** How a sandbox vendor misbehaves. Shares are probabilities from 0 to 1, judged for each message apart. */
export interface SandboxBehaviour {
  readonly channel: SandboxChannel;
  /** Sends refused for now: certainly not taken. */
  readonly failRate: number;
  /** Sends refused for good. */
  readonly rejectRate: number;
  /** Sends that arrive although the answer is lost. */
  readonly loseAnswerRate: number;
  /** Messages reported as not delivered. */
  readonly undeliveredRate: number;
  /** Reports that never come. */
  readonly loseReportRate: number;
  /** Each send takes this long. */
  readonly sendDelayMilliseconds: number;
  /** Reports come this long after the send. */
  readonly reportDelayMilliseconds: number;
  readonly version: number;
}

/** What the vendor does with one message. */
export interface SandboxFate {
  readonly answer: 'accepted' | 'rejected' | 'unavailable' | 'lost';
  /** Null when no report will ever come. */
  readonly report: 'delivered' | 'undelivered' | null;
}

/**
 * Draws the fate of one message.
 *
 * @param chance gives numbers in [0, 1)
 */
export function drawFate(behaviour: SandboxBehaviour, chance: () => number): SandboxFate {
  if (chance() < behaviour.failRate) return { answer: 'unavailable', report: null };
  if (chance() < behaviour.rejectRate) return { answer: 'rejected', report: null };
  const answer = chance() < behaviour.loseAnswerRate ? 'lost' : 'accepted';
  if (chance() < behaviour.loseReportRate) return { answer, report: null };
  return { answer, report: chance() < behaviour.undeliveredRate ? 'undelivered' : 'delivered' };
}
