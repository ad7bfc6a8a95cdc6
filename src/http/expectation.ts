import type { IncomingMessage, ServerResponse } from 'node:http';

const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** Remembers that the client waits for `100 Continue` before it sends its body. */
export function expectContinue(req: IncomingMessage, res: ServerResponse): void {
  waiting.set(req, res);
}

/** True while the client still holds its body back. */
export function awaitsContinue(req: IncomingMessage): boolean {
  return waiting.has(req);
}

/**
 * Asks a waiting client for its body. Called by whoever begins to read, so that a refusal (401, 413, 415) costs no upload.
 */
export function sendContinue(req: IncomingMessage): void {
  const res = waiting.get(req);
  if (res === undefined) return;
  waiting.delete(req);
  res.writeContinue();
}
