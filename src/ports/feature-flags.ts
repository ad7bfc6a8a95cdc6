/** For whom a flag is looked at. */
export interface FlagSubject {
  /** An account or a machine client; null for somebody unknown, who gets no share of a rollout that is not everybody's. */
  readonly userId: string | null;
  /** What rules of flags may ask for, such as `locale`; `userId` is always one of them. */
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Choices that people who run Portico make while it runs. Looking at one costs microseconds, asks no other process, and never
 * fails: where a flag does not exist or cannot be read, what the code says applies.
 */
export interface FeatureFlags {
  /** Whether the variant is `on`. @param fallback for a flag that does not exist, or has other variants than on and off */
  isOn(key: string, fallback: boolean, subject: FlagSubject): Promise<boolean>;
  /** @param fallback for a flag that does not exist */
  variantOf(key: string, fallback: string, subject: FlagSubject): Promise<string>;
}

/** What a flag decides for somebody, and by which of its parts. */
export interface FlagDecision {
  readonly variant: string;
  /** `disabled`: switched off. `rule`: named by a rule. `share`: drawn. `default`: none of them. */
  readonly reason: 'disabled' | 'rule' | 'share' | 'default';
}

/** Where flags are kept. */
export interface FlagSource {
  /** Undefined when there is no such flag. */
  decide(key: string, subject: FlagSubject): FlagDecision | undefined;
  /**
   * Remembers that somebody was treated by a variant, once for each flag, user and variant, if the flag asks for that. Never
   * throws: a choice is not refused because it was not written down.
   */
  expose(key: string, subject: FlagSubject, decision: FlagDecision): Promise<void>;
}
