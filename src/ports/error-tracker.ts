/** One error as those who fix it need it: no body, token, address or number of anybody, texts masked already. */
export interface ErrorReport {
  readonly at: Date;
  /** The class of the error. */
  readonly name: string;
  /** At most 1,000 characters. */
  readonly message: string;
  /** As V8 writes it, at most 10,000 characters; its causes follow, each after `Caused by: `. */
  readonly stack: string;
  /** The process ends because of it. */
  readonly fatal: boolean;
  /** The operationId of the request that failed. */
  readonly operation: string | null;
  /** The job that failed for good. */
  readonly job: string | null;
  readonly requestId: string | null;
  readonly correlationId: string | null;
  /** W3C trace context of where it happened. */
  readonly traceparent: string | null;
  readonly userId: string | null;
}

/** Where defects are collected and somebody is told of new ones. */
export interface ErrorTracker {
  /** As ERROR_TRACKER spells it. */
  readonly name: string;
  /**
   * Takes a report and hands it over later. Returns at once, never throws, and drops reports when too many wait or the
   * other side does not take them: a tracker must not be what breaks a request.
   */
  report(report: ErrorReport): void;
  /** Hands over what waits, for so many milliseconds at most, and takes no more. Never rejects. */
  close(milliseconds: number): Promise<void>;
}

/** The sandbox's store, behind the sandbox adapter. */
export interface SandboxErrors {
  /** Keeps these beside the latest ones. May reject. */
  keep(reports: readonly ErrorReport[]): Promise<void>;
}
