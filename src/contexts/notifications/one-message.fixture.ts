import { twilioAccount } from '../../../contract-tests/ports/simulators/twilio-simulator.ts';
import type { Schema } from '../../contract/handlers.ts';
import { newId } from '../../shared/id.ts';
import { createApiCaller, succeed } from '../../testing/api-caller.ts';
import type { TestPortico } from '../../testing/portico.ts';
import type { MessageRequest } from './index.ts';

/** What makes a simulator the Twilio of a Portico. */
export function twilioSettings({ url }: { readonly url: string }): Record<string, string> {
  return {
    ...{ TWILIO_ACCOUNT_SID: twilioAccount.accountSid, TWILIO_AUTH_TOKEN: twilioAccount.authToken },
    ...{ TWILIO_FROM: '+15005550006', TWILIO_URL: url },
  };
}

/** Queues a message and leaves its sending to `runJobs`. @returns how to find it over the API */
export async function queueOne(
  portico: TestPortico,
  request: Pick<MessageRequest, 'channel' | 'address'> & Partial<MessageRequest>,
): Promise<() => Promise<Schema<'Message'> | undefined>> {
  const groupId = newId();
  const whole: MessageRequest = {
    ...{ dedupeKey: newId(), class: 'transactional', text: 'Hello', groupId },
    ...(request.channel === 'email' ? { subject: 'Hello' } : {}),
    ...request,
  };
  await portico.database.transaction((tx) => portico.portico.notifications.queueMessages(tx, [whole]));
  const call = createApiCaller(portico, portico.tokenFor('staff'));
  return async () =>
    (await succeed(call<Schema<'MessagePage'>>('GET', `/api/v1/messages?groupId=${groupId}`))).items[0];
}
