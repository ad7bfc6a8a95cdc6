import { addressFaults } from '../../../shared/postal-address.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import type { OrderAddress } from './address-store.ts';

/** Judges what can be judged without asking anybody. @throws Problem 409 `address-invalid` */
export function requireValidAddress({ address }: OrderAddress): void {
  const errors = addressFaults(address).map(({ field, detail }) => ({ pointer: `/address/${field}`, detail }));
  if (errors.length > 0) throw new Problem(problems['address-invalid'], { errors });
}
