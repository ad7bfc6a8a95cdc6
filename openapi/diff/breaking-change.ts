/**
 * What a change can break: an operation is gone, its name or tag is another (SDKs), it asks for more credentials, it takes
 * less than before, or it gives what old callers do not expect.
 */
export const breakKinds = ['removed', 'naming', 'security', 'request', 'response'] as const;
export type BreakKind = (typeof breakKinds)[number];

/** One difference between two bundles that can break a caller of the older one. */
export interface BreakingChange {
  /** `GET /api/v1/wallet`; webhooks are `webhook user.created`, security schemes `components`. */
  readonly operation: string;
  readonly kind: BreakKind;
  /** What changed, with the place: the answer 200 lost `items/[]/coins`. */
  readonly text: string;
}
