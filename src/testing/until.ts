import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for something that another process or connection does, looking every few milliseconds.
 * @returns what `look` gave as soon as that is neither undefined, null nor false.
 */
export async function until<T>(
  look: () => Promise<T> | T,
  milliseconds = 20_000,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen as Exclude<T, undefined | null | false>;
    if (performance.now() > deadline) throw new Error(`Did not happen within ${milliseconds} ms.`);
    await pause(10);
  }
}
