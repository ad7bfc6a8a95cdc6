/** What Portico has acknowledged, as the clients remember it: the audit holds the database against this. */
export interface Promises {
  /** Created under an Idempotency-Key; names are unique, so one name must be one campaign. */
  readonly campaigns: { readonly name: string; readonly id: string; readonly key: string }[];
  /** Uploaded whole, and every number in the file. */
  readonly imports: { readonly id: string; readonly campaignId: string; readonly phones: readonly string[] }[];
  /** Confirmed: they must be able to log in. */
  readonly accounts: { readonly email: string; readonly password: string }[];
  /** The newest refresh token of each session that must still be alive. */
  readonly sessions: Map<string, string>;
  /** Names of campaigns whose creation was begun: no others may exist. */
  readonly begun: Set<string>;
}

export function noPromises(): Promises {
  return { campaigns: [], imports: [], accounts: [], sessions: new Map(), begun: new Set() };
}
