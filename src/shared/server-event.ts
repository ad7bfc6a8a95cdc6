/** One server-sent event. */
export interface ServerEvent {
  /** Comes back as Last-Event-ID when the client reconnects. Without line breaks. */
  readonly id?: string;
  readonly event?: string;
  /** Becomes one line of JSON. */
  readonly data: unknown;
}

/** The text of an event as text/event-stream writes it; streaming handlers yield these. */
export function serverEvent({ id, event, data }: ServerEvent): string {
  const head = `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}`;
  return `${head}data: ${JSON.stringify(data)}\n\n`;
}
