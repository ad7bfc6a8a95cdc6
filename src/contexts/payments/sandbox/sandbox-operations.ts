import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import type { SandboxCharge } from '../../../ports/sandbox-payments.ts';
import { moneyBody, moneyText } from '../../../shared/money.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import type { PaymentsDependencies } from '../dependencies.ts';
import { problems } from '../problems.ts';

/** What the pay page of the sandbox provider calls. */
export function createSandboxOperations({
  sandbox,
}: Pick<PaymentsDependencies, 'sandbox'>): Handlers<'getSandboxCharge' | 'completeSandboxCharge'> {
  return {
    getSandboxCharge: async ({ path }) => {
      const charge = await sandbox.show(path.chargeId);
      if (charge === undefined) throw notFound();
      return reply('getSandboxCharge', { status: 200, body: chargeBody(charge) });
    },
    completeSandboxCharge: async ({ path, body }) => {
      const decided = await sandbox.decide(path.chargeId, body.decision);
      if (decided === undefined) throw notFound();
      if (!decided.effective) {
        throw new Problem(problems['sandbox-charge-decided'], { detail: `The charge is ${decided.charge.state}.` });
      }
      return reply('completeSandboxCharge', { status: 200, body: chargeBody(decided.charge) });
    },
  };
}

function chargeBody({ id, amount, description, state }: SandboxCharge): Schema<'SandboxCharge'> {
  return { id, amount: moneyBody(amount), amountText: moneyText(amount), description, state };
}
