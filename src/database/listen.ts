import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

export interface ChannelHearing {
  /** One NOTIFY on the channel, after its transaction committed. */
  readonly hear: (payload: string) => void;
  /** The connection was gone and is back: whatever was said meanwhile is lost, so look yourself. */
  readonly resumed: () => void;
}

/** Subscribes to a channel; resolves when nothing said from now on can be missed. */
export type Listen = (channel: string, hearing: ChannelHearing) => Promise<void>;

export interface Listener {
  readonly listen: Listen;
  close(): Promise<void>;
}

/** Milliseconds between attempts to come back: doubling up to the second. */
const RETRY = { first: 100, longest: 5000 };

/**
 * One connection of its own for NOTIFY, for the whole process: a pooled one would be given to others, and a LISTEN there is
 * lost. Comes back by itself for as long as it takes.
 *
 * @param url must reach PostgreSQL itself or a session-mode pooler
 */
export function createListener({ url, name }: { readonly url: string; readonly name: string }): Listener {
  const hearings = new Map<string, ChannelHearing[]>();
  const stopping = new AbortController();
  let connection: Promise<pg.Client> | undefined;

  async function open(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, application_name: name, keepAlive: true });
    client.on('notification', ({ channel, payload = '' }) => {
      for (const { hear } of hearings.get(channel) ?? []) hear(payload);
    });
    // Without a listener a broken connection would end the process; `end` follows and brings it back.
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (const channel of hearings.keys()) await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end();
      throw error;
    }
    client.once('end', () => {
      if (!stopping.signal.aborted) connection = comeBack();
    });
    return client;
  }

  async function comeBack(): Promise<pg.Client> {
    for (let wait = RETRY.first; ; wait = Math.min(wait * 2, RETRY.longest)) {
      await pause(wait, undefined, { signal: stopping.signal, ref: false });
      const client = await open().catch(() => undefined);
      if (client === undefined) continue;
      for (const { resumed } of [...hearings.values()].flat()) resumed();
      return client;
    }
  }

  return {
    async listen(channel, hearing) {
      connection ??= open();
      const client = await connection;
      hearings.set(channel, [...(hearings.get(channel) ?? []), hearing]);
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
    },
    async close() {
      stopping.abort();
      const client = await connection?.catch(() => undefined);
      await client?.end();
    },
  };
}
