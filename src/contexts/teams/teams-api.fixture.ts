import type { Schema } from '../../contract/handlers.ts';
import type { Clock } from '../../shared/clock.ts';
import { createApiCaller, succeed } from '../../testing/api-caller.ts';
import type { CallApi } from '../../testing/api-caller.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';

/** A team of three behind the API: Sara who owns it, Omid without an account, and Nima who only reads. */
export interface TeamsApi {
  readonly portico: TestPortico;
  /** As Sara. */
  readonly call: CallApi;
  /** As Nima. */
  readonly callAsViewer: CallApi;
  readonly team: Schema<'Team'>;
  /** For what is not JSON. */
  readonly tokens: { readonly sara: string; readonly nima: string };
  /** Of the team. */
  readonly path: string;
  /** Their members. */
  readonly sara: string;
  readonly omid: string;
  /** What `createExpense` takes: of Sara's, shared alike with Omid. @param amount default: 1.00 */
  dinner(amount?: string, changes?: object): Schema<'ExpenseWrite'>;
  close(): Promise<void>;
}

/** @param clock default: the real one */
export async function createTeamsApi(clock?: Clock): Promise<TeamsApi> {
  const portico = await startPortico(clock === undefined ? {} : { clock });
  // Beyond whatever the clock of a test shows.
  const expiresAt = new Date('2999-01-01T00:00:00Z');
  const tokens = { sara: portico.tokenFor({ expiresAt }), nima: portico.tokenFor({ expiresAt }) };
  const [call, callAsViewer] = [createApiCaller(portico, tokens.sara), createApiCaller(portico, tokens.nima)];
  const post = <Body>(url: string, body: object, by = call) => succeed(by<Body>('POST', url, body));
  const team = await post<Schema<'Team'>>('/api/v1/teams', { name: 'Trip', ownName: 'Sara' });
  const path = `/api/v1/teams/${team.id}`;
  const { members } = await post<Schema<'Team'>>(`${path}/members`, { name: 'Omid' });
  const omid = members.find(({ name }) => name === 'Omid')?.id ?? '';
  const { token } = await post<Schema<'TeamInvitation'>>(`${path}/invitations`, { role: 'viewer' });
  await post('/api/v1/team-invitations/claim', { token, ownName: 'Nima' }, callAsViewer);
  const sara = team.memberId;
  return {
    ...{ portico, call, callAsViewer, tokens, team, path, sara, omid },
    dinner: (amount = '1.00', changes = {}) => ({
      ...{ description: 'Dinner', amount, currency: 'EUR', spentOn: '2026-11-20' },
      payers: [{ memberId: sara, amount }],
      split: { method: 'equal', memberIds: [sara, omid] },
      ...changes,
    }),
    close: () => portico.close(),
  };
}
