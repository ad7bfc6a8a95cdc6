import type { Config } from '../config.ts';
import { remoteNotifications } from '../contexts/notifications/index.ts';
import type { NotificationQuestions, Notifications } from '../contexts/notifications/index.ts';
import { createInternalClient } from '../http/internal-client.ts';
import { createServiceToken, servicePurpose } from '../http/service-token.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logs.ts';
import { hosts } from './create-process.ts';

/** Milliseconds that one context waits for another's answer. */
const internalTimeout = 500;

interface Asking {
  readonly config: Config;
  readonly key: (purpose: string) => Buffer;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Notifications as the asker sees them: here, or at the address where another process hosts them. */
export function notificationsFor(
  asker: string,
  here: Notifications,
  { config, key, clock, log }: Asking,
): NotificationQuestions {
  const url = config.contextUrls['notifications'];
  if (hosts(config, 'notifications') || url === undefined) return here;
  const secret = key(servicePurpose);
  const token = () => createServiceToken(secret, asker, clock);
  const ask = createInternalClient({ url, token, timeout: internalTimeout });
  return remoteNotifications(here, { hasSmsBudget: async (phone) => (await ask('getSmsBudget', { phone })).open }, log);
}
