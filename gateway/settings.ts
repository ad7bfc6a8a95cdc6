import { readFileSync } from 'node:fs';

/** What a gateway must be told beside the contract. Every member has a default: {@link defaultSettings}. */
export interface GatewaySettings {
  /** `listen` of nginx: `8000`, `127.0.0.1:8000`, `443 ssl`. */
  readonly listen: string;
  /** With `listen: "443 ssl"`: files that nginx may read. */
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  /**
   * Addresses of the `api` processes by context, such as `{"identity": ["10.0.0.5:8080"]}`; `default` serves the rest.
   */
  readonly upstreams: { readonly default: readonly string[] } & Readonly<Record<string, readonly string[]>>;
  /** Addresses or ranges of what stands in front of the gateway and whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Multiplies the limits, for load tests. Portico's own is RATE_LIMIT_FACTOR. */
  readonly rateLimitFactor: number;
  /** Where nginx keeps its pid, cache and temporary files; it must be able to write there. */
  readonly folder: string;
  /** Where the access log goes; nginx' own messages go to standard error. */
  readonly accessLog: string;
  /** The account that nginx' workers run under, when it is started as root; null leaves it to nginx. */
  readonly user: string | null;
}

export const defaultSettings: GatewaySettings = {
  listen: '8000',
  tls: null,
  upstreams: { default: ['127.0.0.1:8080'] },
  trustedProxies: [],
  rateLimitFactor: 1,
  folder: '/var/cache/nginx/portico',
  accessLog: '/dev/stdout',
  user: null,
};

const checks: { readonly [Name in keyof GatewaySettings]: (value: unknown) => boolean } = {
  listen: isWord(/^[\w.:[\]]+( ssl)?$/),
  tls: (value) => value === null || (isRecord(value) && isPath(value['certificate']) && isPath(value['key'])),
  upstreams: (value) =>
    isRecord(value) &&
    'default' in value &&
    Object.entries(value).every(([name, list]) => /^[a-z]+$/.test(name) && isListOf(list, /^[\w.:[\]-]+:\d+$/, 1)),
  trustedProxies: (value) => isListOf(value, /^[0-9a-fA-F.:]+(\/\d+)?$/, 0),
  rateLimitFactor: (value) => typeof value === 'number' && value > 0,
  folder: isPath,
  accessLog: isPath,
  user: (value) => value === null || isWord(/^[a-z_][\w-]*$/)(value),
};

/**
 * The defaults with what `given` says otherwise.
 * @throws Error naming a member that is unknown or has another form: nothing may reach the configuration as nginx code.
 */
export function gatewaySettings(given: Readonly<Record<string, unknown>>): GatewaySettings {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(checks, name)) throw new Error(`The gateway has no setting "${name}".`);
    if (!checks[name as keyof GatewaySettings](value)) {
      throw new Error(`The gateway's setting "${name}" cannot be ${JSON.stringify(value)}.`);
    }
  }
  const settings = { ...defaultSettings, ...(given as Partial<GatewaySettings>) };
  if (settings.listen.endsWith(' ssl') !== (settings.tls !== null)) {
    throw new Error('The gateway\'s settings "listen" with ssl and "tls" belong together.');
  }
  return settings;
}

/** Settings from a JSON file. */
export function readGatewaySettings(file: string): GatewaySettings {
  const given: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isRecord(given)) throw new Error(`${file} must hold one JSON object.`);
  return gatewaySettings(given);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWord(form: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && form.test(value);
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && /^\/[\w./-]*$/.test(value);
}

function isListOf(value: unknown, form: RegExp, least: number): boolean {
  return Array.isArray(value) && value.length >= least && value.every(isWord(form));
}
