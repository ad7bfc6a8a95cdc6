/** One figure of the dashboard: which cells of the rollups it adds up, and what of them. */
export interface Metric {
  readonly unit: 'count' | 'coins';
  /** The metric of the facts. */
  readonly facts: string;
  readonly dimensions: readonly string[];
  readonly measure: 'n' | 'amount';
}

/** Moves when the meaning of any figure does: figures of two versions are not to be compared. */
export const DEFINITION_VERSION = 1;

export const channels = ['sms', 'email'] as const;
export type FunnelChannel = (typeof channels)[number];

export const classes = ['otp', 'transactional', 'marketing'] as const;
export type FunnelClass = (typeof classes)[number];

/** The dimensions of messages in these states, of these channels and classes. */
export function messageDimensions(
  states: readonly string[],
  ofChannels: readonly FunnelChannel[] = channels,
  ofClasses: readonly FunnelClass[] = classes,
): string[] {
  return ofChannels.flatMap((channel) =>
    ofClasses.flatMap((kind) => states.map((state) => `${channel}/${kind}/${state}`)),
  );
}

/** Where a message stands that a provider has taken. */
export const takenStates = ['sent', 'delivered', 'undelivered', 'expired'] as const;

const count = (facts: string, dimensions: readonly string[]): Metric => ({
  unit: 'count',
  facts,
  dimensions,
  measure: 'n',
});
const coins = (dimension: string): Metric => ({
  unit: 'coins',
  facts: 'coins',
  dimensions: [dimension],
  measure: 'amount',
});
const messages = (...states: readonly string[]): Metric => count('messages', messageDimensions(states));

/** Everything a time series can show, by its name on the wire; README.md says what each means. */
export const metrics = {
  'coins-granted': coins('bonus'),
  'coins-spent': coins('spend'),
  'bonuses-granted': count('coins', ['bonus']),
  'files-imported': count('imports', ['files']),
  'numbers-credited': count('import-lines', ['credited']),
  'numbers-pending': count('import-lines', ['pending']),
  'numbers-duplicate': count('import-lines', ['duplicate']),
  'numbers-malformed': count('import-lines', ['malformed']),
  'messages-created': messages('created'),
  'messages-sent': messages(...takenStates),
  'messages-delivered': messages('delivered'),
  'messages-undelivered': messages('undelivered'),
  'messages-expired': messages('expired'),
  'messages-unknown': messages('unknown'),
  'messages-suppressed': messages('suppressed'),
  'messages-dead': messages('dead'),
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

export const metricNames = Object.keys(metrics) as readonly MetricName[];

export function metricOf(name: MetricName): Metric {
  return metrics[name];
}
