import type { Channel, MessageClass } from './message.ts';

/**
 * One lane per class: `otp` for one-time codes, which share neither runner, nor bucket, nor gate with anything; `bulk` for what
 * follows from what people did; `marketing` behind it, which shares its buckets and waits while anything of it is due.
 */
export const laneNames = ['otp', 'bulk', 'marketing'] as const;
export type LaneName = (typeof laneNames)[number];

export interface Lane {
  readonly channel: Channel;
  readonly name: LaneName;
}

const lanes: Readonly<Record<MessageClass, LaneName>> = { otp: 'otp', transactional: 'bulk', marketing: 'marketing' };
const classes: Readonly<Record<LaneName, MessageClass>> = { otp: 'otp', bulk: 'transactional', marketing: 'marketing' };

export function laneOf(message: { readonly channel: Channel; readonly class: MessageClass }): Lane {
  return { channel: message.channel, name: lanes[message.class] };
}

/** The class of the messages of a lane. */
export function classOfLane(name: LaneName): MessageClass {
  return classes[name];
}
