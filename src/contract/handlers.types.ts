// Compile-time tests: tsc fails when one of these mistakes stops being an error. Never run.
import type { Readable } from 'node:stream';
import type { Transaction } from '../database/transaction.ts';
import {
  reply,
  type Caller,
  type ContextHandlers,
  type Handler,
  type Handlers,
  type Input,
  type ProblemCode,
  type Result,
} from './handlers.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proven = <T extends true>(..._: T[]): void => undefined;

declare const sessions: Handler<'listSessions'>;

// The map is total: a context with a missing operation does not compile, nor one with an operation it does not own.
// @ts-expect-error every other operation of the document is missing
export const missing = { listSessions: sessions } satisfies ContextHandlers<'identity'>;
// @ts-expect-error an operation of another document
export const foreign: keyof ContextHandlers<'identity'> = 'getLiveness';
// @ts-expect-error an operation that no document declares
export type Undeclared = Handlers['launchRocket'];

// Inputs: declared parts only, defaults always present.
proven<Equal<keyof Input<'getLiveness'>, never>>();
proven<Equal<Input<'listSessions'>['query']['limit'], number>>();
proven<Equal<Input<'listSessions'>['query']['cursor'], string | undefined>>();
// @ts-expect-error a list of sessions takes no body
export type NoBody = Input<'listSessions'>['body'];

// Callers: a token is demanded or it is not.
proven<Equal<Caller<'getLiveness'>['principal'], Caller<'listBonusCampaigns'>['principal'] | null>>();
// A machine client is nobody: what is about the caller meets people only.
proven<Equal<Caller<'listSessions'>['principal']['kind'], 'user'>>();
proven<Equal<Caller<'listBonusCampaigns'>['principal']['kind'], 'user' | 'client'>>();
// @ts-expect-error no Idempotency-Key is declared, so there is no transaction
export type NoTransaction = Caller<'listSessions'>['tx'];

// A key gives the transaction, a streamed body a stream, a version its header.
proven<Equal<Caller<'createBonusCampaign'>['tx'], Transaction>>();
proven<Equal<Input<'createBonusImport'>['body'], Readable>>();
proven<Equal<keyof Input<'updateUserRoles'>['headers'], 'If-Match'>>();
declare const roles: Result<'updateUserRoles'>['body'];
declare const rows: AsyncIterable<string>;
export const download: Result<'exportBonusImportRejects'>['body'] = rows;
export const versioned: Result<'updateUserRoles'> = { status: 200, headers: { ETag: '"1"' }, body: roles };
// @ts-expect-error the declared ETag is missing
export const unversioned: Result<'updateUserRoles'> = { status: 200, body: roles };
// @ts-expect-error the declared Location is missing
export const created: Result<'createBonusCampaign'>['headers'] = { ETag: '"1"' };
// @ts-expect-error a finished text is no stream
export const buffered: Result<'exportBonusImportRejects'>['body'] = { line: 1 };

// The refusals of a document are a closed list.
export const known: ProblemCode<'identity'> = 'last-admin';
// @ts-expect-error a code that no operation lists
export const unknown: ProblemCode<'identity'> = 'moon-too-full';

// Results: only what the document declares.
export const right: Result<'getLiveness'> = { status: 200, body: { status: 'alive' } };
// @ts-expect-error an undocumented status
export const status: Result<'getLiveness'> = { status: 201, body: { status: 'alive' } };
// @ts-expect-error a refusal is thrown, not returned
export const refusal: Result<'getLiveness'> = { status: 503 };
// @ts-expect-error a wrong value
export const value: Result<'getLiveness'> = { status: 200, body: { status: 'dead' } };
// @ts-expect-error a missing body
export const bodiless: Result<'getLiveness'> = { status: 200 };
export const header: Result<'getLiveness'> = {
  status: 200,
  // @ts-expect-error the platform sets this header
  headers: { 'X-Request-Id': '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90' },
  body: { status: 'alive' },
};
// @ts-expect-error a property the document lacks
export const extra = reply('getLiveness', { status: 200, body: { status: 'alive', uptime: 5 } });
