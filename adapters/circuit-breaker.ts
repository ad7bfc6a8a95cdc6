import type { Circuit, CircuitState } from '../src/ports/send-outcome.ts';

export interface CircuitBreakerOptions {
  /** The stretch of time that is judged. */
  readonly windowMilliseconds: number;
  /** Fewer calls than this in the window prove nothing. */
  readonly minimumCalls: number;
  /** The share of failed calls in the window that opens the circuit, above 0 to 1. */
  readonly failureRate: number;
  /** How long it stays open before a probe. */
  readonly pauseMilliseconds: number;
  /** Milliseconds that only go forward. Default: the process clock. */
  readonly now?: () => number;
  readonly onChange?: (state: CircuitState, reason: string) => void;
}

/** Permission for one call. Report its end exactly once. */
export interface CircuitPass {
  succeeded(): void;
  failed(): void;
  /** The call was never made. */
  unused(): void;
}

export interface CircuitBreaker {
  /** A pass, or undefined while the circuit refuses. */
  enter(): CircuitPass | undefined;
  readonly circuit: Circuit;
  /** Milliseconds until a probe may go, 0 unless open. */
  pauseLeft(): number;
}

const SLOTS = 10;

/** Opens when too large a share of recent calls failed, so that a dead dependency costs nothing and gets room to recover. */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const now = options.now ?? (() => performance.now());
  const slotLength = options.windowMilliseconds / SLOTS;
  let slots: { readonly number: number; calls: number; failures: number }[] = [];
  let state: CircuitState = 'closed';
  let reason = 'no call has failed yet';
  let openedAt = 0;
  let probeRunning = false;

  function change(next: CircuitState, why: string): void {
    state = next;
    reason = why;
    options.onChange?.(next, why);
  }

  function open(why: string): void {
    openedAt = now();
    slots = [];
    change('open', why);
  }

  function pauseLeft(): number {
    return state === 'open' ? Math.max(0, openedAt + options.pauseMilliseconds - now()) : 0;
  }

  function judge(failed: boolean): void {
    const number = Math.floor(now() / slotLength);
    let slot = slots.at(-1);
    if (slot?.number !== number) {
      slots = slots.filter((old) => old.number > number - SLOTS);
      slots.push((slot = { number, calls: 0, failures: 0 }));
    }
    slot.calls += 1;
    if (!failed) return;
    slot.failures += 1;
    const calls = slots.reduce((sum, one) => sum + one.calls, 0);
    const failures = slots.reduce((sum, one) => sum + one.failures, 0);
    if (calls >= options.minimumCalls && failures >= calls * options.failureRate) {
      open(`${failures} of ${calls} calls failed`);
    }
  }

  const probe: CircuitPass = {
    succeeded() {
      probeRunning = false;
      change('closed', 'the probe succeeded');
    },
    failed() {
      probeRunning = false;
      open('the probe failed');
    },
    unused() {
      probeRunning = false;
    },
  };
  const ordinary: CircuitPass = {
    // Calls that began before the circuit opened say nothing about it any more.
    succeeded: () => (state === 'closed' ? judge(false) : undefined),
    failed: () => (state === 'closed' ? judge(true) : undefined),
    unused: () => undefined,
  };

  return {
    enter() {
      if (state === 'closed') return ordinary;
      if (state === 'open' && pauseLeft() === 0) change('probing', 'the pause is over');
      if (state !== 'probing' || probeRunning) return undefined;
      probeRunning = true;
      return probe;
    },
    get circuit() {
      return { state: state === 'open' && pauseLeft() === 0 ? 'probing' : state, reason };
    },
    pauseLeft,
  };
}
