import type { Transaction } from '../../database/transaction.ts';
import type { NotificationQuestions } from '../notifications/index.ts';
import { networkOf, plainAddress } from './network.ts';
import { tooManyRequests } from './refusals.ts';
import { chargeNetwork, chargeSend, secondsUntilSend } from './send-budget-store.ts';
import type { IdentitySettings } from './settings.ts';

export interface ChargeDependencies {
  readonly notifications: Pick<NotificationQuestions, 'hasSmsBudget'>;
  readonly settings: Pick<IdentitySettings, 'sms' | 'email' | 'codesPerAddress' | 'codesPerNetwork'>;
}

/**
 * Charges a mail to the address, known or not.
 *
 * @throws Problem 429 `too-many-requests`; the caller's transaction takes the charge back
 */
export async function chargeEmail(
  tx: Transaction,
  { settings }: Pick<ChargeDependencies, 'settings'>,
  email: string,
): Promise<void> {
  if (await chargeSend(tx, email, settings.email)) return;
  const seconds = await secondsUntilSend(tx, email, settings.email);
  throw tooManyRequests(seconds, 'This address has been sent enough messages for now.');
}

/**
 * Charges an SMS to the number, known or not, and to the network that asks. What the whole country or the whole
 * installation spends is charged when a message really leaves; here it is only looked at, so that nobody waits in vain.
 *
 * @param ip the asker's address
 * @throws Problem 429 `too-many-requests`; the caller's transaction takes the charges back
 */
export async function chargeSms(
  tx: Transaction,
  { notifications, settings }: ChargeDependencies,
  { phone, ip }: { readonly phone: string; readonly ip: string },
): Promise<void> {
  if (!(await chargeSend(tx, phone, settings.sms))) {
    const seconds = await secondsUntilSend(tx, phone, settings.sms);
    throw tooManyRequests(seconds, 'This number has been sent enough messages for now.');
  }
  const network = networkOf(ip);
  const charged =
    (await chargeNetwork(tx, network, settings.codesPerNetwork)) &&
    (await chargeNetwork(tx, plainAddress(ip), settings.codesPerAddress));
  if (!charged) throw tooManyRequests(secondsUntilMidnight(), 'Your network has asked for enough codes today.');
  if (!(await notifications.hasSmsBudget(tx, phone))) {
    throw tooManyRequests(secondsUntilMidnight(), 'No more messages are sent to this country today.');
  }
}

/** Budgets of networks and countries begin anew with the UTC day. */
function secondsUntilMidnight(): number {
  return 86_400 - (Math.floor(Date.now() / 1000) % 86_400);
}
