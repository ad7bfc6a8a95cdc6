/** A server between the tests of one file and the Portico they started. */
export interface Front {
  /** Where clients send their requests. */
  readonly url: string;
  /** Where they open sockets of their own; whoever only judges whole messages gives Portico's own port. */
  readonly port: number;
  /** @param served ids of the requests that Portico has seen, to tell what went past the front. */
  close(served: readonly string[]): Promise<void>;
}

/** What `PORTICO_TEST_FRONT` answers to `POST /` with an {@link Opening}; `DELETE /<id>` with the ids served closes it. */
export interface OpenedFront {
  readonly id: string;
  readonly url: string;
  readonly port: number;
}

export interface Opening {
  /** The Portico behind it. */
  readonly target: string;
  /** The test file. */
  readonly test: string;
}

/**
 * The front for a Portico that listens at `target`. contract-tests/ stand an independent judge there, or a seeded defect,
 * and name it in the environment; otherwise tests speak to Portico itself.
 */
export async function openFront(opening: Opening): Promise<Front> {
  const opener = process.env['PORTICO_TEST_FRONT'];
  if (opener === undefined) {
    return { url: opening.target, port: Number(new URL(opening.target).port), close: async () => {} };
  }
  const { id, url, port } = (await ask(opener, 'POST', opening)) as OpenedFront;
  return {
    url,
    port,
    close: async (served) => {
      await ask(`${opener}/${id}`, 'DELETE', served);
    },
  };
}

async function ask(url: string, method: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, { method, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`The front at ${url} answered ${answer.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
