import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { correlation } from './correlation.ts';
import { maskText, maskValue } from './redaction.ts';

export type { Logger } from 'pino';

export interface LogOptions {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  /** Where lines go. Default: standard output, synchronously, so that the last line before an exit is never lost. */
  readonly destination?: DestinationStream;
  /** Which of several processes writes: the field `process` of every line. */
  readonly process?: number;
}

/**
 * One JSON object per line. Every line of a request or job carries its ids. Secrets and personal data are masked twice:
 * values by the name they are logged under, and every text (messages, stacks) by what it looks like.
 */
export function createLogger(options: LogOptions): Logger {
  const destination = options.destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      level: options.level,
      base: options.process === undefined ? null : { process: options.process },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      messageKey: 'message',
      errorKey: 'error',
      serializers: { error: (error: unknown) => describeError(error) },
      formatters: {
        level: (label) => ({ level: label }),
        log: (object) => maskValue(object) as Record<string, unknown>,
      },
      mixin: () => {
        const current = correlation();
        return current === undefined
          ? {}
          : {
              requestId: current.requestId,
              correlationId: current.correlationId,
              trace: current.traceparent.slice(3, 35),
            };
      },
      // Ids given on the line itself win over the ambient ones.
      mixinMergeStrategy: (line, ambient) => ({ ...ambient, ...line }),
      hooks: {
        logMethod(args, method) {
          const masked = args.map((argument: unknown) =>
            typeof argument === 'string' ? maskText(argument) : argument,
          );
          method.apply(this, masked as typeof args);
        },
      },
    },
    destination,
  );
}

/** An error as a log line shows it: name, message, stack, code, PostgreSQL's constraint and its cause. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!Error.isError(error)) return maskValue(error);
  const { code, constraint, cause } = error as Error & { code?: unknown; constraint?: unknown };
  return {
    name: error.name,
    message: maskText(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    stack: maskText(error.stack ?? ''),
    ...(cause === undefined || depth >= 3 ? {} : { cause: describeError(cause, depth + 1) }),
  };
}
