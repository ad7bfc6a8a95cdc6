import { CLIENT_ID } from './login-simulator.ts';
import type { Wire } from './login-simulator.ts';

const DEVICE = 'device-of-the-person';

/** VK ID: a public client that proves itself by PKCE and by the device; refusals may come with status 200. */
export function createVkWire(user: Readonly<Record<string, unknown>>): Wire {
  return {
    authorizePath: '/authorize',
    comesBackWith: () => ({ device_id: DEVICE, type: 'code_v2' }),
    answer({ path, form }, simulator) {
      if (path === '/oauth2/auth') {
        if (simulator.trouble === 'wrong-client' || form.get('client_id') !== CLIENT_ID) {
          return { status: 200, body: { error: 'invalid_client', error_description: 'client_id is incorrect' } };
        }
        const grant = form.get('device_id') === DEVICE ? simulator.redeem(form) : null;
        if (grant === null)
          return { status: 200, body: { error: 'invalid_grant', error_description: 'code is invalid' } };
        const tokens = { access_token: grant.accessToken, refresh_token: 'a-refresh-token', id_token: 'masked' };
        const rest = { token_type: 'Bearer', expires_in: 3600, user_id: Number(grant.subject), scope: grant.scope };
        return { status: 200, body: { ...tokens, ...rest, state: form.get('state') } };
      }
      if (path !== '/oauth2/user_info') return undefined;
      const grant = simulator.grantOf(form.get('access_token') ?? undefined);
      if (grant === undefined) return { status: 401, body: { error: 'invalid_token' } };
      return { status: 200, body: { user: { user_id: grant.subject, first_name: 'Sara', last_name: 'S', ...user } } };
    },
  };
}
