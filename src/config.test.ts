import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { contextNames, readConfig } from './config.ts';
import { StartupError } from './shared/startup-error.ts';

const secret = 'a-secret-of-more-than-32-characters';
const database = 'postgresql://app:hidden@db.example/portico';

/** What readConfig complains about, one entry per fault. */
function faults(environment: Readonly<Record<string, string>>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError);
    expect((error as StartupError).exitCode).toBe(2);
    return (error as StartupError).message.replace(/^Wrong configuration: |\.$/g, '').split('; ');
  }
}

describe('The configuration', () => {
  it('needs nothing to be set', () => {
    const config = readConfig({ PATH: '/bin', HOME: '/root' });
    expect(config).toMatchObject({ databaseUrl: undefined, host: '127.0.0.1', port: 8080, smsProviders: ['sandbox'] });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.smsProviders)).toBe(true);
  });

  it('connects everything to DATABASE_URL unless told otherwise', () => {
    const config = readConfig({ DATABASE_URL: database, PORTICO_SECRET: secret });
    expect([config.migrationDatabaseUrl, config.reportingDatabaseUrl]).toEqual([database, database]);
    expect([config.strictResponses, config.responseValidation]).toEqual([false, 0.05]);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', PORTICO_CONTEXTS: ' ' })).toMatchObject({ port: 8080, contexts: [] });
  });

  it('makes processes that share the contexts agree on their address', () => {
    expect(faults({ PORTICO_CONTEXTS: 'identity,rewards' })).toEqual([
      'PUBLIC_URL is missing: processes that each host a part of the contexts must agree on it',
    ]);
    expect(faults({ PORTICO_CONTEXTS: 'identity,rewards', PUBLIC_URL: 'https://portico.example' })).toEqual([]);
  });

  it('keeps the order of providers of exchange rates, and asks for what they need', () => {
    const listed = 'open-exchange-rates,frankfurter';
    const { exchangeRates } = readConfig({ EXCHANGE_RATE_PROVIDERS: listed, OPEN_EXCHANGE_RATES_APP_ID: 'key' });
    expect(exchangeRates.providers).toEqual(['open-exchange-rates', 'frankfurter']);
    expect(readConfig({}).exchangeRates.providers).toEqual(['sandbox']);
    expect(faults({ EXCHANGE_RATE_PROVIDERS: 'exchangeratesapi' })).toEqual(['EXCHANGERATESAPI_ACCESS_KEY is missing']);
    expect(faults({ EXCHANGE_RATE_PROVIDERS: 'sandbox,sandbox' })).toEqual([
      'EXCHANGE_RATE_PROVIDERS names a provider twice',
    ]);
  });

  it('asks for the key of the chosen geocoder, and for the bundled one for none', () => {
    expect(readConfig({}).geocoding).toMatchObject({ provider: 'offline', apiKey: '' });
    expect(
      readConfig({ GEOCODING_PROVIDER: 'google', GOOGLE_GEOCODING_API_KEY: 'key', OPENCAGE_API_KEY: 'other' })
        .geocoding,
    ).toMatchObject({ provider: 'google', apiKey: 'key' });
    expect(faults({ GEOCODING_PROVIDER: 'opencage', GOOGLE_GEOCODING_API_KEY: 'key' })).toEqual([
      'OPENCAGE_API_KEY is missing',
    ]);
  });

  it('reads encryption keys, and repeats none of them', () => {
    const key = Buffer.alloc(32, 1).toString('base64');
    const { encryptionKeys } = readConfig({ PORTICO_ENCRYPTION_KEYS: `k2:${key}, k1: ${key}` });
    expect(encryptionKeys.map(({ id, key: bytes }) => [id, bytes.length])).toEqual([
      ['k2', 32],
      ['k1', 32],
    ]);
    for (const wrong of [key, 'k1:short', `secret-1:${key}`, `K1:${key}`, `k1:${key},k1:${key}`]) {
      const [fault = '', ...more] = faults({ PORTICO_ENCRYPTION_KEYS: wrong });
      expect([fault, more]).toEqual([expect.stringMatching(/^PORTICO_ENCRYPTION_KEYS (is a|names)/), []]);
      expect(fault).not.toContain(key);
    }
  });

  it('tells every fault at once, without repeating a password', () => {
    const said = faults({
      DATABASE_URL: 'mysql://app:hidden@db.example/portico',
      PORT: '80x',
      LOG_LEVEL: 'loud',
      PORTICO_CONTEXTS: 'identity,catalogue',
      PUBLIC_URL: 'https://portico.example',
      PORTICO_SECRET: 'hidden',
      PORTICO_SERCET: 'hidden',
    });
    expect(said).toEqual([
      'DATABASE_URL must be a URL that begins with postgres:// or postgresql://',
      'PORT must be a whole number from 0 to 65535, not "80x"',
      `PORTICO_CONTEXTS is a comma-separated list of ${contextNames.join(', ')}, not "catalogue"`,
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud"',
      'PORTICO_SECRET must have at least 32 characters, for example from "openssl rand -base64 32"',
      'PORTICO_SERCET is no setting of Portico: correct its spelling or remove it',
    ]);
    expect(said.join()).not.toContain('hidden');
  });

  it.each([
    [{ DATABASE_URL: database }, 'PORTICO_SECRET is missing'],
    [{ MIGRATION_DATABASE_URL: database }, 'MIGRATION_DATABASE_URL is set without a valid DATABASE_URL'],
    [{ REPORTING_DATABASE_URL: database }, 'REPORTING_DATABASE_URL is set without a valid DATABASE_URL'],
    [{ RATE_LIMIT_STORE: 'redis' }, 'REDIS_URL is missing'],
    [{ EMAIL_PROVIDERS: 'smtp,sandbox' }, 'SMTP_URL is missing'],
    [{ DEFAULT_REGION: 'Iran' }, 'DEFAULT_REGION must be a country'],
    [{ CORS_ORIGINS: 'https://app.example/' }, 'CORS_ORIGINS is a comma-separated list of origins'],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES is a comma-separated list of IP addresses'],
    [{ TRUSTED_PROXIES: '10.0.0.1,,::1' }, 'TRUSTED_PROXIES is a comma-separated list of IP addresses'],
    [{ BCRYPT_COST: '12.5' }, 'BCRYPT_COST must be a whole number from 4 to 15'],
    [{ OTP_SHARE: '1e-1' }, 'OTP_SHARE must be a number from 0.01 to 0.99'],
    [{ PORTICO_DEMO: 'yes' }, 'PORTICO_DEMO must be one of true, false'],
  ])('refuses %j', (environment, says) => {
    expect(faults(environment)).toEqual([expect.stringContaining(says)]);
  });

  it('is described in docs/configuration.md, each variable and nothing else', () => {
    const read = new Set<string>();
    readConfig(
      new Proxy<Record<string, string>>({}, { get: (_target, name) => void read.add(String(name)), ownKeys: () => [] }),
    );
    const page = readFileSync(path.join(import.meta.dirname, '../docs/configuration.md'), 'utf8');
    const described = page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name));
    expect([...read].sort()).toEqual([...described].sort());
  });
});

describe('messaging vendors', () => {
  const token = 'x'.repeat(32);

  it('need their accounts when they are listed; every missing setting is named at once', () => {
    const read = (): unknown => readConfig({ SMS_PROVIDERS: 'twilio,kavenegar', TWILIO_ACCOUNT_SID: 'AC0' });
    for (const name of ['TWILIO_AUTH_TOKEN', 'TWILIO_FROM', 'KAVENEGAR_API_KEY', 'KAVENEGAR_SENDER']) {
      expect(read).toThrow(`${name} is missing`);
    }
    expect(read).not.toThrow('VONAGE');
  });

  it('keep their accounts when they are listed no more: of what they sent, reports still come', () => {
    const { vendors } = readConfig({
      KAVENEGAR_API_KEY: 'key',
      KAVENEGAR_SENDER: '1000',
      KAVENEGAR_WEBHOOK_TOKENS: token,
    });
    expect(vendors.kavenegar).toEqual({ apiKey: 'key', sender: '1000', url: undefined, tokens: [token] });
    expect(vendors.twilio).toBeUndefined();
  });

  it('are listed once, and their secrets are never repeated', () => {
    expect(() => readConfig({ SMS_PROVIDERS: 'sandbox,sandbox' })).toThrow('SMS_PROVIDERS names a provider twice');
    const weak = (): unknown =>
      readConfig({ VONAGE_API_KEY: 'a', VONAGE_API_SECRET: 'b', VONAGE_FROM: 'c', VONAGE_WEBHOOK_TOKENS: 'guessable' });
    expect(weak).toThrow('VONAGE_WEBHOOK_TOKENS is a comma-separated list of secrets');
    expect(weak).not.toThrow('guessable');
  });

  it('have rates of their own', () => {
    expect(readConfig({ PROVIDER_RATES: 'twilio=100, kavenegar=0.5' }).vendors.rates).toEqual({
      twilio: 100,
      kavenegar: 0.5,
    });
    expect(() => readConfig({ PROVIDER_RATES: 'nobody=1' })).toThrow('PROVIDER_RATES');
    expect(() => readConfig({ PROVIDER_RATES: 'twilio=0' })).toThrow('PROVIDER_RATES');
  });
});
