/** Portico can't start or go on, and the message is one sentence that tells the operator what to do about it. */
export class StartupError extends Error {
  /** The process ends with this: 1 for the surroundings, 2 for configuration. */
  readonly exitCode: number;

  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StartupError';
    this.exitCode = options.exitCode ?? 1;
  }
}
