import type { IncomingMessage, Server as NodeServer, ServerResponse } from 'node:http';
import type { Server } from '@hapi/hapi';
import type { Operation, PathParameters } from './operations.ts';

/** Answers one request to an operation. */
export type AnswerDirectly = (
  operation: Operation,
  raw: { readonly req: IncomingMessage; readonly res: ServerResponse },
  path: PathParameters,
) => void;

interface Entry {
  readonly operation: Operation;
  /** Where in the path each parameter stands. */
  readonly parameters: readonly { readonly name: string; readonly segment: number }[];
}

// Paths that Hapi's router takes as they are: nothing to decode, no dot segments, no empty ones.
const PLAIN = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/;

// Templates whose parameters are whole segments.
const WHOLE_SEGMENTS = /^(?:\/(?:[^/{}]+|\{\w+\}))+$/;

/**
 * Hands plain requests to operations straight from Node, by Hapi's own route table, and leaves every other request to Hapi:
 * unknown paths, undeclared methods, paths with anything to decode, absolute URIs.
 *
 * Hapi's request object and its lifecycle were about a quarter of a request (docs/decisions/0040), and nothing of theirs is
 * used: body, checks and answer are ours (docs/decisions/0007).
 */
export function answerDirectly(
  listener: NodeServer,
  server: Server,
  operations: readonly Operation[],
  answer: AnswerDirectly,
): void {
  const entries = new Map<string, Entry>();
  for (const operation of operations) {
    const { operationId, path } = operation.route;
    if (WHOLE_SEGMENTS.test(path)) entries.set(operationId, entryOf(operation));
  }
  const rest = listener.listeners('request') as ((req: IncomingMessage, res: ServerResponse) => void)[];
  listener.removeAllListeners('request');
  listener.on('request', (req: IncomingMessage, res: ServerResponse) => {
    const { method = '', url = '' } = req;
    const query = url.indexOf('?');
    const path = query === -1 ? url : url.slice(0, query);
    const id = PLAIN.test(path) ? server.match(method as 'GET', path)?.settings.id : undefined;
    const entry = id === undefined ? undefined : entries.get(id);
    if (entry === undefined) for (const listen of rest) listen.call(listener, req, res);
    else answer(entry.operation, { req, res }, parametersOf(entry, path));
  });
}

function entryOf(operation: Operation): Entry {
  const parameters = operation.route.path.split('/').flatMap((part, segment) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name === undefined ? [] : [{ name, segment }];
  });
  return { operation, parameters };
}

function parametersOf({ parameters }: Entry, path: string): PathParameters {
  if (parameters.length === 0) return none;
  const segments = path.split('/');
  const found: Record<string, string> = {};
  for (const { name, segment } of parameters) found[name] = segments[segment] ?? '';
  return found;
}

const none: PathParameters = Object.freeze({});
