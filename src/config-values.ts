import { isIP } from 'node:net';
import path from 'node:path';
import type { EnvironmentReader } from './environment-reader.ts';
import { DERIVED_PREFIX, KEY_ID } from './shared/key-ring.ts';
import type { NamedKey } from './shared/key-ring.ts';

/** One item of BONUS_SOURCES. */
export interface ConfiguredSource {
  readonly name: string;
  readonly campaignId: string;
  /** An absolute folder, or an HTTPS address, which may hold credentials. */
  readonly location: string;
}

/** An origin as browsers send it, or `*`. */
export function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text);
}

/** An IANA name that this Node.js knows. */
export function isTimeZone(text: string): boolean {
  // Offsets such as +03:30 mean the opposite to PostgreSQL.
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** An address, or a range in CIDR notation. */
export function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  const widest = family === 6 ? 128 : 32;
  return (
    family !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest))
  );
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `name=campaign@location, …`. A location may hold a password, so what is wrong with an item is told without repeating it. */
export function readBonusSources(read: EnvironmentReader): readonly ConfiguredSource[] {
  const value = read.text('BONUS_SOURCES');
  if (value === undefined) return [];
  const sources = value.split(',').map((item): ConfiguredSource => {
    const [, name = '', campaignId = '', location = ''] = /^\s*([^=]*)=([^@]*)@(.*?)\s*$/.exec(item) ?? [];
    return { name, campaignId: campaignId.toLowerCase(), location };
  });
  for (const [index, { name, campaignId, location }] of sources.entries()) {
    const reachable = path.isAbsolute(location) || URL.parse(location)?.protocol === 'https:';
    if (/^[a-z][a-z0-9-]{0,30}$/.test(name) && UUID.test(campaignId) && reachable) continue;
    read.faults.push(
      `BONUS_SOURCES is a comma-separated list of name=campaign@location: item ${index + 1} is not a name of a-z, 0-9 and "-", ` +
        'the id of a campaign, and an absolute folder or an https:// address (a comma in it is written %2C)',
    );
  }
  if (new Set(sources.map(({ name }) => name)).size < sources.length) {
    read.faults.push('BONUS_SOURCES names a source twice');
  }
  return sources;
}

/** `id:key, id:key`, the newest first. What is wrong with a key is told without repeating it. */
export function readEncryptionKeys(read: EnvironmentReader): readonly NamedKey[] {
  const value = read.text('PORTICO_ENCRYPTION_KEYS');
  if (value === undefined) return [];
  const keys = value.split(',').map((item): NamedKey => {
    const [, id = '', text = ''] = /^\s*([^:]*):\s*(\S*)\s*$/.exec(item) ?? [];
    return { id, key: Buffer.from(text, 'base64') };
  });
  for (const [index, { id, key }] of keys.entries()) {
    if (!KEY_ID.test(id) || id.startsWith(DERIVED_PREFIX) || key.length !== 32) {
      read.faults.push(
        `PORTICO_ENCRYPTION_KEYS is a comma-separated list of name:key, the newest first: item ${index + 1} is not a name ` +
          `of a-z, 0-9 and "-" that does not begin with "${DERIVED_PREFIX}", and 32 bytes from "openssl rand -base64 32"`,
      );
    }
  }
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    read.faults.push('PORTICO_ENCRYPTION_KEYS names a key twice');
  }
  return Object.freeze(keys);
}
