import { limitLines } from './limits.ts';
import type { PagePlace, Place } from './places.ts';

/** Portico gives up on a silent connection after 300 s; the gateway must not be the first. */
const stalledSeconds = 330;
/** Above every statement timeout and body deadline of Portico (30 s). */
const answerSeconds = 60;
/** Compressed bodies may be larger than what they hold; Portico itself judges what is in them. */
const compressionMargin = 1_024;

/** Ids never contain a slash. `\z`, because `$` would also match before a line feed at the end (%0A). */
export function patternOf(path: string): string {
  return `^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}\\z`;
}

/** The location of one path of the contract. */
export function placeLocation(place: Place, upstream: string, factor: number): string[] {
  const match = place.path.includes('{') ? `~ "${patternOf(place.path)}"` : `= ${place.path}`;
  return location(match, [
    `set $template "${place.path}";`,
    ...(place.maxBody === 65_536 ? [] : [`client_max_body_size ${place.maxBody + compressionMargin};`]),
    ...limitLines(place, factor),
    ...streamingLines(place.streaming),
    ...retryLines(place.readOnly),
    ...(place.cacheable ? cacheLines : []),
    ...(place.logged ? [] : ['access_log off;']),
    `proxy_pass http://${upstream};`,
  ]);
}

/** Pages are static: the contract of each is its own `Cache-Control`. */
export function pageLocation({ match, pattern }: PagePlace, upstream: string, factor: number): string[] {
  return location(match, [
    `set $template "${pattern.slice(1, -2).replaceAll('\\', '')}";`,
    ...limitLines('page', factor),
    ...retryLines(true),
    ...cacheLines,
    `proxy_pass http://${upstream};`,
  ]);
}

function location(match: string, lines: readonly string[]): string[] {
  return [`location ${match} {`, ...lines.map((line) => `  ${line}`), '}'];
}

function streamingLines({ request, response }: Place['streaming']): string[] {
  const timeout = request || response ? [`proxy_read_timeout ${stalledSeconds}s;`] : [];
  return [
    ...(request ? ['proxy_request_buffering off;', `proxy_send_timeout ${stalledSeconds}s;`] : []),
    ...(response ? ['proxy_buffering off;'] : []),
    ...timeout,
  ];
}

/** nginx would also resend PUT and DELETE (measured); with If-Match that turns a success into 412 or 404. */
function retryLines(readOnly: boolean): string[] {
  return readOnly
    ? ['proxy_next_upstream error timeout;', 'proxy_next_upstream_tries 2;', 'proxy_next_upstream_timeout 10s;']
    : ['proxy_next_upstream off;'];
}

// What names one exchange must not come from the stored answer of another.
const cacheLines = [
  'proxy_cache portico;',
  'proxy_cache_key "$http_accept|$request_uri";',
  'proxy_cache_lock on;',
  'proxy_cache_use_stale error timeout updating;',
  ...['X-Request-Id', 'X-Correlation-ID', 'RateLimit', 'RateLimit-Policy'].map((name) => `proxy_hide_header ${name};`),
  'add_header X-Request-Id $exchange_request_id always;',
  'add_header X-Correlation-ID $correlation_id always;',
];

/** Lines of the server that locations inherit. */
export const proxyLines: readonly string[] = [
  `client_max_body_size ${65_536 + compressionMargin};`,
  'proxy_http_version 1.1;',
  'proxy_connect_timeout 2s;',
  `proxy_read_timeout ${answerSeconds}s;`,
  `proxy_send_timeout ${answerSeconds}s;`,
  'proxy_buffers 16 8k;',
  'proxy_max_temp_file_size 0;',
  'proxy_set_header Host $host;',
  'proxy_set_header Connection "";',
  '# What a caller claims to come from is replaced; Portico believes this header from the gateway alone (TRUSTED_PROXIES).',
  'proxy_set_header X-Forwarded-For $remote_addr;',
  'proxy_set_header X-Forwarded-Proto $scheme;',
  'proxy_set_header Forwarded "";',
  'proxy_set_header X-Correlation-ID $correlation_id;',
];
