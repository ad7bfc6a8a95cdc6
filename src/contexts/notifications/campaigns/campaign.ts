import type { Channel } from '../message.ts';
import type { VariableValue } from '../templates/template.ts';
import type { Segment } from './segment.ts';

/**
 * `scheduled`: its time has not come. `running`: messages are made and sent. `paused`: no message begins. `finished`: every
 * recipient's message has left or ended. `cancelled`: what had not begun never will.
 */
export type CampaignState = 'scheduled' | 'running' | 'paused' | 'finished' | 'cancelled';

/** What a template's variable may be filled with for each recipient. */
export type RecipientField = 'userId' | 'country' | 'registeredAt';

/** A variable of the template that becomes a field of each recipient. */
export interface RecipientVariable {
  readonly name: string;
  readonly field: RecipientField;
  /** For recipients without the field. */
  readonly otherwise: string;
}

export interface CampaignPlan {
  readonly id: string;
  readonly name: string;
  readonly channel: Channel;
  readonly templateKey: string;
  readonly templateVersion: number;
  /** The same for everybody. */
  readonly variables: readonly VariableValue[];
  readonly recipientVariables: readonly RecipientVariable[];
  readonly segment: Segment;
  /** Opens and clicks are counted; e-mail only. */
  readonly tracking: boolean;
  readonly scheduledAt: Date;
}

export interface Campaign extends CampaignPlan {
  readonly state: CampaignState;
  /** When its audience was chosen, for good. */
  readonly frozenAt: Date | null;
  readonly audience: number;
  /** Recipients without a message yet. */
  readonly pending: number;
  /** Recipients who get none: not reachable any more, or their text could not be made. */
  readonly skipped: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}
