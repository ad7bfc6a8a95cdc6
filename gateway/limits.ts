import { quotas } from '../src/http/rate-limit.ts';
import type { Place } from './places.ts';

/** The variable that holds whose requests a zone counts. */
const keys = { caller: '$caller', address: '$binary_remote_addr' } as const;

/**
 * The zones that the places need. They are coarser than Portico's own limits, which count exactly, per account: a burst of a
 * whole quota on top of its rate is more than Portico grants in any window. What a caller meets first is therefore Portico's
 * answer, which names the policy; the gateway stops floods before they cost anything.
 */
export function limitZones(places: readonly Place[], factor: number): string[] {
  const used = new Set(places.flatMap(({ limits }) => limits.map(zoneOf)));
  return ['address', ...[...used].sort()].map((zone) => {
    const [name = '', by = 'address'] = zone.split('_');
    return `limit_req_zone ${keys[by as keyof typeof keys]} zone=${zone}:10m rate=${rate(quotaOf(name), factor)};`;
  });
}

/** The `limit_req` lines of one place; none for probes. A page is counted by its address alone. */
export function limitLines(place: Pick<Place, 'limits'> | 'page', factor: number): string[] {
  if (place !== 'page' && place.limits.length === 0) return [];
  const zones = ['address', ...new Set(place === 'page' ? [] : place.limits.map(zoneOf))];
  return zones.map((zone) => {
    const burst = Math.round(quotaOf(zone.split('_')[0] ?? '').quota * factor);
    return `limit_req zone=${zone} burst=${Math.max(1, burst)} nodelay;`;
  });
}

function zoneOf(limit: Place['limits'][number]): string {
  return `${limit.class}_${limit.byAddress ? 'address' : 'caller'}`;
}

function quotaOf(name: string): { quota: number; windowSeconds: number } {
  const quota = Object.entries(quotas).find(([policy]) => policy === name)?.[1];
  if (quota === undefined) throw new Error(`There is no quota for the class ${name}.`);
  return quota;
}

/** nginx knows whole requests per second or per minute. */
function rate({ quota, windowSeconds }: { quota: number; windowSeconds: number }, factor: number): string {
  return `${Math.max(1, Math.ceil((quota * factor * 60) / windowSeconds))}r/m`;
}
