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
