import type { Logger } from '../telemetry/logs.ts';

/** Why the process stops. */
export interface StopReason {
  /** What nobody handled; null when somebody asked. */
  readonly failure: Error | null;
}

export interface StopWatch {
  readonly stopped: Promise<StopReason>;
  /** True from the first reason on. */
  asked(): boolean;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds in which the same wish may arrive twice: from the terminal, and passed on by npm. */
const echo = 300;

/**
 * Makes this process stop in order at a signal or at an error that nobody handled; a second signal ends it at once. The one
 * owner of both for the whole process, to be armed before anything that needs to be stopped is started.
 */
export function watchForStop(log: Logger): StopWatch {
  let askedAt: number | undefined;
  let stop: (reason: StopReason) => void = () => undefined;
  const stopped = new Promise<StopReason>((resolve) => (stop = resolve));

  for (const signal of signals) {
    process.on(signal, () => {
      const now = performance.now();
      // The embedded PostgreSQL ends with us, whatever way we go.
      if (askedAt !== undefined && now - askedAt > echo) process.exit(130);
      askedAt ??= now;
      stop({ failure: null });
    });
  }
  watchFailures(log, (failure) => {
    askedAt ??= performance.now();
    stop({ failure });
  });
  return { stopped, asked: () => askedAt !== undefined };
}

/**
 * The same for a process that has a supervisor, which alone decides how long a stop may take: a terminal sends its signals to
 * both, so only SIGTERM counts here, and only as a wish to be replaced.
 *
 * @param wish resolves when the supervisor wants this process to stop
 */
export function watchSupervisor(log: Logger, wish: Promise<void>): StopWatch {
  let asked = false;
  const { promise: stopped, resolve } = Promise.withResolvers<StopReason>();
  const stop = (failure: Error | null): void => {
    asked = true;
    resolve({ failure });
  };
  void wish.then(() => stop(null));
  process.on('SIGTERM', () => stop(null));
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  watchFailures(log, stop);
  return { stopped, asked: () => asked };
}

function watchFailures(log: Logger, stop: (failure: Error) => void): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      const failure = error instanceof Error ? error : new Error(String(error));
      log.fatal({ error: failure }, 'an error nobody handled: stopping');
      stop(failure);
    });
  }
  // A closed terminal or a full pipe must not keep us from stopping in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
