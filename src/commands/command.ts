import { StartupError } from '../shared/startup-error.ts';

/** One word of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** Shown by `portico <name> --help`: arguments, options, an example. */
  readonly usage: string;
  /**
   * @param args - what stands behind the name.
   * @returns the exit code.
   * @throws StartupError for what a sentence explains.
   */
  run(args: readonly string[]): Promise<number>;
}

/** For commands without arguments: a misspelt option must not go unnoticed. @throws StartupError, exit code 2 */
export function refuseArguments(name: string, args: readonly string[]): void {
  if (args[0] === undefined) return;
  throw new StartupError(
    `portico ${name} takes no arguments, but was given "${args[0]}": settings come from the environment (docs/configuration.md).`,
    { exitCode: 2 },
  );
}
