/** One version of one file that a source offers. */
export interface OfferedFile {
  /** What the source calls it; stays the same when the file is written anew. */
  readonly name: string;
  /** Changes whenever the source says that the content may have: an ETag, or size and time. */
  readonly version: string;
  /** When the source finished it; undefined when it does not say. */
  readonly modifiedAt: Date | undefined;
  /**
   * Its bytes, once. Throws `SourceBroken` unless all of them came, so that what has been read until then can be undone.
   */
  content(): AsyncIterable<Uint8Array>;
  /** Lets go of whatever `content` would have read. Harmless after it, and when repeated. */
  release(): void;
}

/** What a look at a source found. */
export type SourceAnswer =
  /** New versions, the oldest first. Empty: everything is known, or not finished yet. */
  | { readonly outcome: 'offered'; readonly files: readonly OfferedFile[] }
  /** Nothing can be said about its files. */
  | {
      readonly outcome: 'unavailable';
      readonly reason: SourceTrouble;
      readonly detail: string;
      readonly retryAfterSeconds?: number;
    };

export const sourceTroubles = [
  /** No connection, or it broke before there was an answer. */
  'unreachable',
  'timeout',
  /** 5xx or 429: asked to come back. */
  'busy',
  /** Any other answer that is no file: 401, 404, a folder that is gone. */
  'denied',
  /** It pointed elsewhere, and Portico does not go there. */
  'redirect-refused',
  /** The end of its file could not be told from a broken connection. */
  'unframed',
  /** The file broke off, or changed, while it was read. */
  'broken-off',
  'too-large',
] as const;
export type SourceTrouble = (typeof sourceTroubles)[number];

/** The file cannot be read to its end. */
export class SourceBroken extends Error {
  readonly reason: SourceTrouble;

  constructor(reason: SourceTrouble, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.reason = reason;
  }
}

/** A place where files of phone numbers appear without anybody uploading them. */
export interface NumberSource {
  readonly kind: 'folder' | 'https';
  /** Where it is, for people: no credentials, no paths. */
  readonly location: string;
  /**
   * Looks for files whose version is not the known one. Never throws for anything the other side does. Reads no content; what
   * is offered must be read or released.
   *
   * @param known the last version taken of each file, by name
   */
  poll(known: ReadonlyMap<string, string>, signal: AbortSignal): Promise<SourceAnswer>;
}
