import type { OperationId } from '../../src/contract/handlers.ts';
import type { Person, World } from './world.ts';

export type Fields = Readonly<Record<string, unknown>>;
export type Values = Readonly<Record<string, string>>;

/** A change and where it is read. */
export interface Change {
  readonly as: (world: World) => Person;
  readonly path?: (world: World) => Promise<Values>;
  /** Two different states to bring about; without a body the operation removes something. */
  readonly bodies?: (world: World, attempt: number) => Fields | Promise<Fields>;
  /** Default: where `Location` says, else the operation's own path. */
  readonly read?: OperationId;
  /** What must be seen there; default: every field that was sent. */
  readonly expected?: (body: Fields) => Fields;
}

/** No operation shows what it changes, for this reason; so it is felt in another way. */
export interface Unseen {
  readonly unseen: string;
  readonly felt: (world: World) => Promise<void>;
}
