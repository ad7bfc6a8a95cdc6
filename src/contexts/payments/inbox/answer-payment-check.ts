import type { Acknowledgement, CheckAnswer, PaymentCheck, PushedMessage } from '../../../ports/payments.ts';
import { Problem } from '../../../shared/problem.ts';
import { findAttemptBy } from '../attempts/attempt-store.ts';
import { isInFlight } from '../attempts/attempt.ts';
import type { PaymentsDependencies } from '../dependencies.ts';
import { findPayment } from '../payment-store.ts';
import { problems } from '../problems.ts';

type CheckDependencies = Pick<PaymentsDependencies, 'primary' | 'clock' | 'providers' | 'observer'>;

/**
 * Tells a provider whether a buyer may pay, before money moves: the amount must be what the attempt asks for, and the attempt
 * must still be wanted. It reads two rows and changes nothing.
 *
 * @throws Problem 403 `message-not-proven`, also for a provider that asks nothing
 */
export async function answerPaymentCheck(
  dependencies: CheckDependencies,
  providerName: string,
  pushed: Omit<PushedMessage, 'at'>,
): Promise<Acknowledgement> {
  const provider = dependencies.providers.find(({ name }) => name === providerName);
  const judged = provider?.parseWebhook({ ...pushed, at: dependencies.clock.now() });
  if (provider?.check === undefined || judged?.verdict !== 'verified') {
    dependencies.observer.message({ provider: providerName, result: 'rejected' });
    throw new Problem(problems['message-not-proven']);
  }
  return provider.check.answer(await judge(dependencies, providerName, provider.check.read(judged.stored)));
}

async function judge(
  { primary }: CheckDependencies,
  provider: string,
  check: PaymentCheck | undefined,
): Promise<CheckAnswer> {
  if (check === undefined) return 'wrong-amount';
  const { reference, amount } = check;
  const attempt = await findAttemptBy(primary, provider, { reference, providerRef: undefined });
  if (attempt === undefined) return 'unknown-reference';
  if (attempt.amount !== amount.amount || attempt.currency !== amount.currency) return 'wrong-amount';
  const payment = await findPayment(primary, attempt.paymentId);
  const wanted = isInFlight(attempt) && attempt.cancelRequestedAt === null && payment?.cancelledAt === null;
  return wanted ? 'accept' : 'refuse';
}
