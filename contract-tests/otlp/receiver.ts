import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A span as receiver.py decoded it. */
export interface ReceivedSpan {
  readonly resource: Readonly<Record<string, string>>;
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly events: readonly string[];
  readonly status: string;
  readonly milliseconds: number;
}

export interface OtlpReceiver {
  /** To be set as OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** What was sent and is no OTLP. */
  readonly faults: readonly string[];
  close(): void;
}

/** Starts receiver.py in the contract tests' Python environment. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const python = fileURLToPath(new URL('../.venv/bin/python', import.meta.url));
  const script = fileURLToPath(new URL('receiver.py', import.meta.url));
  // It ends with its input, so with this process, whatever way that goes.
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const spans: ReceivedSpan[] = [];
  const faults: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the OTLP receiver ended with exit ${String(code)}`)));
    createInterface(child.stdout).on('line', (line) => {
      const told = JSON.parse(line) as { url: string } | { fault: string } | ReceivedSpan;
      if ('url' in told) resolve(told.url);
      else if ('fault' in told) faults.push(told.fault);
      else spans.push(told);
    });
  });
  return { url, spans, faults, close: () => void child.stdin.end() };
}
