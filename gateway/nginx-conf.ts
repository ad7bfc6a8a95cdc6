import type { Route } from '../src/contract/route.ts';
import { limitZones } from './limits.ts';
import { pageLocation, patternOf, placeLocation, proxyLines } from './locations.ts';
import { pagePlaces, placesOf } from './places.ts';
import type { PagePlace, Place } from './places.ts';
import { errorLocations, errorPageLines } from './problems.ts';
import type { GatewaySettings } from './settings.ts';

/** The whole nginx.conf. */
export function nginxConf(routes: readonly Route[], settings: GatewaySettings): string {
  const places = placesOf(routes);
  const contexts = [...new Set(places.map(({ context }) => context))].sort();
  const stray = Object.keys(settings.upstreams).filter((name) => name !== 'default' && !contexts.includes(name));
  if (stray.length > 0) throw new Error(`There is no context ${stray.join(', ')}; there are ${contexts.join(', ')}.`);
  const pages = pagePlaces(contexts);
  return `${[
    '# Made by `npm run gateway` from the contract. Change openapi/ or the settings instead.',
    ...(settings.user === null ? [] : [`user ${settings.user};`]),
    'worker_processes auto;',
    `pid ${settings.folder}/nginx.pid;`,
    '# Below "crit" nginx writes whole request lines with their queries; the access log has what is needed.',
    'error_log stderr crit;',
    '',
    ...block('events', ['worker_connections 4096;']),
    '',
    ...block('http', [
      ...httpLines(settings),
      '',
      ...maps(places, pages),
      '',
      ...limitZones(places, settings.rateLimitFactor),
      'limit_req_status 429;',
      '',
      ...upstreams(settings),
      '',
      ...block('server', serverLines(places, pages, settings)),
    ]),
  ].join('\n')}\n`;
}

function block(name: string, lines: readonly string[]): string[] {
  return [`${name} {`, ...lines.map((line) => (line === '' ? '' : `  ${line}`)), '}'];
}

function httpLines({ folder, accessLog }: GatewaySettings): string[] {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    'server_tokens off;',
    'default_type application/octet-stream;',
    'client_header_timeout 15s;',
    'client_body_timeout 60s;',
    'send_timeout 60s;',
    'keepalive_timeout 65s;',
    'client_body_buffer_size 128k;',
    '# Room for the 16 KiB that Portico takes; what is larger still gets its 431 from Portico.',
    'large_client_header_buffers 4 16k;',
    'map_hash_bucket_size 256;',
    ...temporary.map((name) => `${name}_temp_path ${folder}/${name}_temp;`),
    `proxy_cache_path ${folder}/cache keys_zone=portico:1m max_size=64m inactive=10m use_temp_path=off;`,
    '',
    "# Neither address nor path, query or token: the operation and the ids lead to Portico's own log.",
    'log_format portico escape=json',
    `  '{"time":"$time_iso8601","operation":"$operation","method":"$request_method","status":$status,'`,
    `  '"seconds":$request_time,"upstreamSeconds":"$upstream_response_time","upstream":"$upstream_addr",'`,
    `  '"upstreamStatus":"$upstream_status","cache":"$upstream_cache_status","bytesIn":$request_length,'`,
    `  '"bytesOut":$bytes_sent,"requestId":"$exchange_request_id","correlationId":"$correlation_id"}';`,
    `access_log ${accessLog} portico;`,
  ];
}

function maps(places: readonly Place[], pages: readonly PagePlace[]): string[] {
  return [
    "# nginx' request id in the form of a UUID. It names what the gateway answers; Portico names what it answers.",
    ...block('map $request_id $edge_request_id', [
      String.raw`"~^(?<id1>.{8})(?<id2>.{4}).(?<id3>.{3}).(?<id4>.{3})(?<id5>.{12})\z" "$id1-$id2-4$id3-a$id4-$id5";`,
    ]),
    ...block('map $upstream_http_x_request_id $answered_request_id', [
      '"" $edge_request_id;',
      'default $upstream_http_x_request_id;',
    ]),
    '# A stored answer holds the id of the exchange it was made in.',
    ...block('map $upstream_cache_status $exchange_request_id', [
      'default $answered_request_id;',
      ...['HIT', 'STALE', 'UPDATING', 'REVALIDATED'].map((status) => `${status} $edge_request_id;`),
    ]),
    '# Joins the log of the gateway and that of Portico also when no answer came back.',
    ...block('map $http_x_correlation_id $correlation_id', [
      'default $edge_request_id;',
      String.raw`"~^[A-Za-z0-9._-]{1,128}\z" $http_x_correlation_id;`,
    ]),
    '# An empty key is not limited at all (measured).',
    ...block('map $http_authorization $caller', ['"" $binary_remote_addr;', 'default $http_authorization;']),
    ...block('map $uri $allow', [
      'default "";',
      ...places.map(({ path, allow }) => `"~${patternOf(path)}" "${allow}";`),
      ...pages.map(({ pattern }) => `"~${pattern}" "GET, HEAD, OPTIONS";`),
    ]),
    ...block('map "$request_method $template" $operation', [
      'default "";',
      ...places.flatMap(({ path, operations }) =>
        operations.flatMap(({ method, operationId }) =>
          (method === 'GET' ? ['GET', 'HEAD'] : [method]).map((name) => `"${name} ${path}" ${operationId};`),
        ),
      ),
    ]),
  ];
}

function upstreams({ upstreams: addresses }: GatewaySettings): string[] {
  return Object.entries(addresses).flatMap(([name, servers]) =>
    block(`upstream portico_${name}`, [
      ...servers.map((server) => `server ${server} max_fails=1 fail_timeout=5s;`),
      '# Idle for at most 60 s: Portico closes after 65.',
      'keepalive 64;',
      'keepalive_timeout 60s;',
      'keepalive_requests 100000;',
    ]),
  );
}

function serverLines(places: readonly Place[], pages: readonly PagePlace[], settings: GatewaySettings): string[] {
  const { listen, tls, trustedProxies, rateLimitFactor: factor } = settings;
  const upstreamOf = (context: string): string =>
    `portico_${Object.hasOwn(settings.upstreams, context) ? context : 'default'}`;
  return [
    `listen ${listen}${tls === null ? '' : ' http2'} default_server;`,
    ...(tls === null
      ? []
      : [`ssl_certificate ${tls.certificate};`, `ssl_certificate_key ${tls.key};`, 'ssl_protocols TLSv1.2 TLSv1.3;']),
    ...trustedProxies.map((address) => `set_real_ip_from ${address};`),
    ...(trustedProxies.length === 0 ? [] : ['real_ip_header X-Forwarded-For;', 'real_ip_recursive on;']),
    '# Else gateway and application would disagree about //.',
    'merge_slashes off;',
    'absolute_redirect off;',
    'set $template "";',
    '',
    ...proxyLines,
    '',
    ...errorPageLines(),
    ...errorLocations().flat(),
    '',
    'location / {',
    '  return 404;',
    '}',
    ...pages.flatMap((page) => pageLocation(page, upstreamOf(page.context ?? 'platform'), factor)),
    ...places.flatMap((place) => placeLocation(place, upstreamOf(place.context), factor)),
  ];
}
