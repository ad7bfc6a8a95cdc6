import { pino, symbols } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { correlation } from './correlation.ts';
import { maskText, maskValue } from './redaction.ts';

export type { Logger } from 'pino';

export interface LogOptions {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  /** Where lines go. Default: standard output, in such a way that the last line before an exit is never lost. */
  readonly destination?: DestinationStream;
  /** Which of several processes writes: the field `process` of every line. */
  readonly process?: number;
}

/**
 * One JSON object per line. Every line of a request or job carries its ids. Secrets and personal data are masked twice:
 * values by the name they are logged under, and every text (messages, stacks) by what it looks like.
 */
export function createLogger(options: LogOptions): Logger {
  const destination = options.destination ?? standardOutput();
  return pino(
    {
      level: options.level,
      base: options.process === undefined ? null : { process: options.process },
      timestamp,
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

/** Whether a line of this level would be written. */
export function isLogged(log: Logger, level: 'info' | 'error'): boolean {
  return log.isLevelEnabled(level);
}

/**
 * Writes a line whose fields are finished JSON, masked by whoever made them: for the access log, one line per request
 * (measured: such a line through pino, with all that is general about it, cost 25 of 139 µs).
 *
 * @param fields such as `"status":200,"method":"GET"`.
 */
export function writeLine(log: Logger, level: 'info' | 'error', fields: string, message: string): void {
  const { [symbols.streamSym]: stream, [symbols.chindingsSym]: bindings } = log as unknown as Record<symbol, unknown>;
  const line = `{"level":"${level}"${timestamp()}${String(bindings)},${fields},"message":"${message}"}\n`;
  (stream as DestinationStream).write(line);
}

let second = -1;
let toTheSecond = '';

/** The field `time`; date and time of day are made once a second. */
function timestamp(): string {
  const now = Date.now();
  const current = Math.floor(now / 1_000);
  if (current !== second) {
    second = current;
    toTheSecond = `,"time":"${new Date(now).toISOString().slice(0, 20)}`;
  }
  return `${toTheSecond}${String(now % 1_000).padStart(3, '0')}Z"`;
}

/**
 * Standard output, written once per turn of the event loop: one call into the kernel for the lines of many requests. Lines of a turn that does not end, because the process is killed in it, are lost;
 * those before an ordinary exit or an uncaught error are not.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ fd: 1, sync: true });
  let lines = '';
  let used = false;
  const flush = (): void => {
    const text = lines;
    lines = '';
    if (text !== '') output.write(text);
  };
  return {
    write(line) {
      if (!used) process.on('exit', flush);
      used = true;
      if (lines === '') setImmediate(flush);
      lines += line;
    },
  };
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
