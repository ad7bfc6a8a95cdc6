import type { Handlers } from '../../contract/handlers.ts';
import type { Schema } from '../../contract/handlers.ts';
import { etagOf } from '../../shared/etag.ts';
import type { Client } from './client-store.ts';
import { createClientSecret } from './create-client-secret.ts';
import { createClientToken } from './create-client-token.ts';
import { createClient } from './create-client.ts';
import { deleteClientSecret } from './delete-client-secret.ts';
import type { IdentityParts } from './dependencies.ts';
import { getClient, listClients } from './list-clients.ts';
import { updateClient } from './update-client.ts';

type Clients =
  | 'listClients'
  | 'createClient'
  | 'getClient'
  | 'updateClient'
  | 'createClientSecret'
  | 'deleteClientSecret'
  | 'createClientToken';

const secretly = { 'Cache-Control': 'no-store' } as const;

/** Programs that call in their own name. */
export function createClientOperations(parts: IdentityParts): Handlers<Clients> {
  return {
    async listClients({ query }) {
      const page = await listClients(parts, { limit: query.limit, cursor: query.cursor });
      return { status: 200, body: { ...page, items: page.items.map(clientBody) } };
    },
    async createClient({ body }, { tx, id }) {
      const { client, secret } = await createClient(tx, { ...body, id });
      const headers = { ...secretly, Location: `/api/v1/clients/${client.id}`, ETag: etagOf(client.version) };
      return { status: 201, headers, body: { ...clientBody(client), secret } };
    },
    async getClient({ path }) {
      const client = await getClient(parts, path);
      return { status: 200, headers: { ETag: etagOf(client.version) }, body: clientBody(client) };
    },
    async updateClient({ path, headers, body }, { tx, auditChanges }) {
      const { name, scopes, disabled } = body;
      const change = { ...path, ifMatch: headers['If-Match'], name, scopes, disabled };
      const { before, after } = await updateClient(tx, change);
      auditChanges({
        scopes: { from: before.scopes, to: after.scopes },
        disabled: { from: before.disabled, to: after.disabled },
      });
      return { status: 200, headers: { ETag: etagOf(after.version) }, body: clientBody(after) };
    },
    async createClientSecret({ path, body }, { tx, id }) {
      const made = await createClientSecret(tx, { ...path, ...body, id: id('secret') });
      const headers = { ...secretly, Location: `/api/v1/clients/${path.clientId}/secrets/${made.id}` };
      return { status: 201, headers, body: { ...made, expiresAt: made.expiresAt.toISOString() } };
    },
    async deleteClientSecret({ path }, { tx }) {
      await deleteClientSecret(tx, path);
      return { status: 204 };
    },
    async createClientToken({ body }, { authorization }) {
      const { client_id: clientId, client_secret: clientSecret, scope = '' } = body;
      const token = await createClientToken(parts, { authorization, clientId, clientSecret, scope });
      const { expiresIn: expires_in } = token;
      return {
        status: 200,
        headers: secretly,
        body: { access_token: token.token, token_type: 'Bearer', expires_in, scope: token.scope },
      };
    },
  };
}

function clientBody({ id, name, scopes, disabled, secrets, createdAt }: Client): Schema<'Client'> {
  return {
    id,
    name,
    // What is stored came in through the contract's own list.
    scopes: scopes as Schema<'Client'>['scopes'],
    disabled,
    secrets: secrets.map(({ lastUsedAt, ...secret }) => ({
      ...secret,
      ...(lastUsedAt === null ? {} : { lastUsedAt }),
    })),
    createdAt: createdAt.toISOString(),
  };
}
