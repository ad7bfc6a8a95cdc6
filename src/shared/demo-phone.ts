/** How many demo phones there are: every seven-digit number behind one Iranian mobile prefix. */
export const DEMO_PHONES = 10_000_000;

/**
 * The phone of the n-th demo user, E.164. Demo users own the first of them; `portico sample` writes files that mix owned
 * and unowned ones, so that a demo import credits most lines and leaves some pending.
 *
 * @param index 0 … {@link DEMO_PHONES} − 1
 */
export function demoPhone(index: number): string {
  if (!Number.isInteger(index) || index < 0 || index >= DEMO_PHONES) throw new RangeError(`no demo phone ${index}`);
  return `+98912${String(index).padStart(7, '0')}`;
}
