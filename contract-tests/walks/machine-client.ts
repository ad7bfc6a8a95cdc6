import { newId } from '../../src/shared/id.ts';
import { good } from './answers.ts';
import type { World } from './world.ts';

export interface MachineClient {
  readonly id: string;
  readonly secret: string;
  readonly secrets: readonly { readonly id: string }[];
  /** Asks for an access token. */
  token(): Promise<string>;
}

/** A program that may do what these scopes allow. */
export async function createMachineClient(
  { portico, call, admin }: Pick<World, 'portico' | 'call' | 'admin'>,
  scopes: readonly string[],
): Promise<MachineClient> {
  const body = { name: `Client ${newId()}`, scopes, secretDays: 1 };
  const client = await call<Omit<MachineClient, 'token'>>(admin, 'POST', '/api/v1/clients', { body });
  return {
    ...client,
    async token() {
      const form = new URLSearchParams({
        ...{ grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret },
      });
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await portico.request('POST', '/api/v1/auth/token', { headers, body: form.toString() });
      return (await good<{ access_token: string }>(answer)).access_token;
    },
  };
}
