import { beforeEach, describe, expect, test } from '@jest/globals';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

let time = 0;
let changes: string[] = [];
let breaker: CircuitBreaker;
beforeEach(() => {
  time = 0;
  changes = [];
  breaker = createCircuitBreaker({
    windowMilliseconds: 10_000,
    minimumCalls: 10,
    failureRate: 0.5,
    pauseMilliseconds: 5_000,
    now: () => time,
    onChange: (state, reason) => changes.push(`${state}: ${reason}`),
  });
});

function calls(succeeded: number, failed: number): void {
  for (let call = 0; call < succeeded; call += 1) breaker.enter()?.succeeded();
  for (let call = 0; call < failed; call += 1) breaker.enter()?.failed();
}

describe('the circuit breaker', () => {
  test('too few calls prove nothing, however badly they went', () => {
    calls(0, 9);
    expect(breaker.circuit.state).toBe('closed');
  });

  test('opens at the share of failures, and says why', () => {
    calls(5, 4);
    expect(breaker.circuit.state).toBe('closed');
    calls(0, 1);
    expect(breaker.circuit.state).toBe('open');
    expect(changes).toEqual(['open: 5 of 10 calls failed']);
    expect(breaker.enter()).toBeUndefined();
    expect(breaker.pauseLeft()).toBe(5_000);
  });

  test('forgets what is older than its window', () => {
    calls(0, 9);
    time += 11_000;
    calls(9, 1);
    expect(breaker.circuit.state).toBe('closed');
  });

  test('after the pause one probe goes, and only one', () => {
    calls(0, 10);
    time += 5_000;
    expect(breaker.circuit.state).toBe('probing');
    const probe = breaker.enter();
    expect(probe).toBeDefined();
    expect(breaker.enter()).toBeUndefined();
    probe?.succeeded();
    expect(breaker.circuit.state).toBe('closed');
    expect(breaker.enter()).toBeDefined();
  });

  test('a probe that fails opens it again for a whole pause; one that was not made leaves its place', () => {
    calls(0, 10);
    time += 5_000;
    breaker.enter()?.failed();
    expect(breaker.circuit.state).toBe('open');
    time += 4_999;
    expect(breaker.enter()).toBeUndefined();
    time += 1;
    breaker.enter()?.unused();
    expect(breaker.enter()).toBeDefined();
  });

  test('calls that began before it opened have no say afterwards', () => {
    const early = breaker.enter();
    calls(0, 10);
    early?.succeeded();
    expect(breaker.circuit.state).toBe('open');
    time += 5_000;
    breaker.enter()?.succeeded();
    early?.failed();
    expect(breaker.circuit.state).toBe('closed');
  });
});
