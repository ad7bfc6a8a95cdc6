export const mailKinds = ['placed', 'changed', 'paid', 'shipped', 'returned', 'cancelled'] as const;
export type MailKind = (typeof mailKinds)[number];

/** What is written once for each of these. */
export interface OrderMail {
  readonly orderId: string;
  readonly version: number;
  readonly kind: MailKind;
}

/** The mail about what has just happened to an order. Enqueued in the transaction of the event. */
export function mailOf({ id, version }: { readonly id: string; readonly version: number }, kind: MailKind): OrderMail {
  return { orderId: id, version, kind };
}
