import { Agent, request } from 'undici';
import type { GatewayClient } from '../sms/client.ts';

export function createGatewayClient(url: string, inFlight: number): GatewayClient {
  const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
  return {
    async post(message) {
      const { statusCode, body } = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
        dispatcher,
      });
      const answer = (await body.json()) as { readonly id: string };
      if (statusCode !== 200) throw new Error(`The gateway answered ${statusCode}.`);
      return answer.id;
    },
  };
}
