/** What a list of breached passwords knows; `unavailable` when it could not be asked. */
export type BreachedPasswordAnswer =
  | { readonly outcome: 'found' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unavailable'; readonly detail: string };

/** A list of passwords that attackers try first. Never throws for anything the list does: it is an outcome. */
export interface BreachedPasswords {
  /** The name as configuration and logs spell it: `offline`. */
  readonly name: string;
  /** @param password as typed; an implementation never passes it on, at most a few characters of its hash */
  find(password: string, options: { readonly signal: AbortSignal }): Promise<BreachedPasswordAnswer>;
}
