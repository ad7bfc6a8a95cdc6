/** What schemathesis does not check, and why. The only such list, and it may only shrink. */
export interface Exclusion {
  readonly operationId: string;
  /** The name of one check, or `all` to leave the operation out. */
  readonly check: string;
  readonly reason: string;
}

export const exclusions: readonly Exclusion[] = [];
