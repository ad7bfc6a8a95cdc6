import type { Channel, MessageClass } from './message.ts';

/** One-time codes and everything else share neither runner, nor bucket, nor gate. */
export type LaneName = 'otp' | 'bulk';

export interface Lane {
  readonly channel: Channel;
  readonly name: LaneName;
}

export function laneOf(message: { readonly channel: Channel; readonly class: MessageClass }): Lane {
  return { channel: message.channel, name: message.class === 'otp' ? 'otp' : 'bulk' };
}
