import { createHmac } from 'node:crypto';
import { bearer, CLIENT_ID, CLIENT_SECRET } from './login-simulator.ts';
import type { Reply, Wire } from './login-simulator.ts';

/** Facebook's Graph API: errors are numbers, and the app proves by `appsecret_proof` that the token is in its hands. */
export function createFacebookWire(user: Readonly<Record<string, unknown>>): Wire {
  return {
    authorizePath: '/v23.0/dialog/oauth',
    comesBackWith: () => ({}),
    answer(ask, simulator) {
      if (ask.path === '/v23.0/oauth/access_token') {
        const { form } = ask;
        const known = form.get('client_id') === CLIENT_ID && form.get('client_secret') === CLIENT_SECRET;
        if (simulator.trouble === 'wrong-client' || !known) return error(101, 'Error validating client secret.');
        const grant = simulator.redeem(form);
        if (grant === null) return error(100, `This authorization code has been used: ${form.get('code')}`);
        return { status: 200, body: { access_token: grant.accessToken, token_type: 'bearer', expires_in: 5_000_000 } };
      }
      if (ask.path !== '/v23.0/me') return undefined;
      const token = bearer(ask);
      const grant = simulator.grantOf(token);
      const proof = createHmac('sha256', CLIENT_SECRET)
        .update(token ?? '')
        .digest('hex');
      if (grant === undefined || ask.query.get('appsecret_proof') !== proof)
        return error(190, 'Invalid token or proof.');
      return { status: 200, body: { id: grant.subject, ...user } };
    },
  };
}

function error(code: number, message: string): Reply {
  return { status: 400, body: { error: { message, type: 'OAuthException', code, fbtrace_id: 'AbCdEf' } } };
}
