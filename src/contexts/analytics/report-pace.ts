import { unavailable } from '../../shared/platform-problems.ts';

/** How much of a process reports may take that come together. */
export interface PaceLimits {
  /** Of the time, from 0 to 1. */
  readonly share: number;
  /** Milliseconds of reports that are saved up while there are none: the panels of a page come at once. */
  readonly savings: number;
  /** Milliseconds that they rest at most after one of them. */
  readonly longestRest: number;
  /** Milliseconds after which one that waits is given up. */
  readonly patience: number;
}

export const usualPace: PaceLimits = { share: 0.1, savings: 1_000, longestRest: 1_000, patience: 10_000 };

/** Takes its turn, then runs. @throws Problem 503 `unavailable` when its turn does not come in time */
export type ReportPace = <T>(work: () => Promise<T>) => Promise<T>;

interface Waiting {
  readonly begin: () => void;
}

/**
 * Keeps reports that come together from taking a process, and the primary, for themselves: each takes as long as it takes,
 * and then they rest until they are within their share again. One that comes alone never waits, however many came before it.
 */
export function createReportPace({ share, savings, longestRest, patience }: PaceLimits): ReportPace {
  let saved = savings;
  let countedAt = performance.now();
  let running = 0;
  let waking: NodeJS.Timeout | undefined;
  const waiting: Waiting[] = [];

  const count = (spent = 0): void => {
    const now = performance.now();
    const earned = saved + (now - countedAt) * share;
    saved = Math.max(Math.min(earned, savings) - spent, -longestRest * share);
    countedAt = now;
  };
  // A second one at the same time only from savings.
  const mayBegin = (): boolean =>
    running === 0 ? saved >= 0 || waiting.length === 1 : running === 1 && saved > savings / 2;
  const beginNext = (): void => {
    count();
    while (waiting.length > 0 && mayBegin()) {
      running += 1;
      waiting.shift()?.begin();
    }
    clearTimeout(waking);
    if (waiting.length > 0 && running === 0) waking = setTimeout(beginNext, Math.ceil(-saved / share));
  };

  return async (work) => {
    await new Promise<void>((resolve, reject) => {
      const one: Waiting = {
        begin: () => {
          clearTimeout(giveUp);
          resolve();
        },
      };
      const giveUp = setTimeout(() => {
        waiting.splice(waiting.indexOf(one), 1);
        reject(unavailable(5, { detail: 'Too many reports are asked for at once: ask for fewer of them.' }));
      }, patience);
      waiting.push(one);
      beginNext();
    });
    const began = performance.now();
    try {
      return await work();
    } finally {
      running -= 1;
      count(performance.now() - began);
      beginNext();
    }
  };
}
