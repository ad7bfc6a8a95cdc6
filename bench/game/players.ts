/** So many connections, and so many rounds at once. */
export const AT_ONCE = 20;
export const PLAYERS = 10_000;
/** Each connection plays for people of its own: contestants are compared, not waits for one row. */
export const PLAYERS_EACH = PLAYERS / AT_ONCE;

export function playerId(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}
