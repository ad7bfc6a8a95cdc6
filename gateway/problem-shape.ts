import { Problem } from '../src/contract/generated/validators.js';

/** Whether a value is a problem as the contract declares it. */
export function isValid(value: unknown): boolean {
  return Problem(value);
}
