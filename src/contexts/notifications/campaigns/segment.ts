/** Whom a campaign is for: everybody who passes all filters; one that is left out lets everybody pass. */
export interface Segment {
  /** ISO 3166-1 of the phone number: one of these. */
  readonly countries?: readonly string[] | undefined;
  /**
   * BCP 47: the language they told, else that of their number's country, is one of these. `pt` admits `pt-BR`, not the other
   * way round; whose language nobody knows is in none.
   */
  readonly locales?: readonly string[] | undefined;
  /** Has at least one of these. */
  readonly roles?: readonly ('user' | 'staff' | 'admin')[] | undefined;
  /** RFC 3339: [from, before). */
  readonly registeredFrom?: string | undefined;
  readonly registeredBefore?: string | undefined;
}
