import type { Person, World } from './world.ts';

/** A request for what is not one's own. */
interface Attempt {
  readonly as: Person;
  readonly path: Readonly<Record<string, string>>;
}

/**
 * What somebody else's things look like to a caller who holds the scope. `own`: it names nothing, so it can only reach the
 * caller's own account. `common`: it only reads what is nobody's. `shared`: everybody who holds the scope works on the same
 * things. Otherwise a request for another person's thing: absent, or left out.
 */
export type Foreign =
  | { readonly own: string }
  | { readonly shared: string }
  | { readonly common: string }
  | { readonly absent: (world: World) => Attempt | Promise<Attempt> }
  | {
      readonly leftOut: (
        world: World,
      ) => Promise<{ readonly as: Person; readonly owner: Person; readonly secret: string }>;
    };
