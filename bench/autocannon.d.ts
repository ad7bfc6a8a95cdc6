/** autocannon ships no types; this is what bench/ uses of it. */
declare module 'autocannon' {
  export interface Options {
    readonly url: string;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    /** Open connections, each with one request at a time. */
    readonly connections?: number;
    /** Seconds; without an `amount`. */
    readonly duration?: number;
    /** Requests. */
    readonly amount?: number;
  }
  export interface Result {
    /** Measured per second. */
    readonly requests: { readonly average: number; readonly total: number };
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number };
    /** Seconds. */
    readonly duration: number;
    readonly errors: number;
    readonly non2xx: number;
    readonly '2xx': number;
  }
  export default function autocannon(options: Options): Promise<Result>;
}
