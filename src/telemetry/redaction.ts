const MASK = '[masked]';

// Compared in lower case without _ and -: accessToken, access_token and access-token are one name.
const secretNames = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'password',
  'newpassword',
  'currentpassword',
  'passwordhash',
  'token',
  'accesstoken',
  'refreshtoken',
  'resettoken',
  'idtoken',
  'secret',
  'clientsecret',
  'apikey',
  'otp',
  'pin',
  'signature',
  'privatekey',
  'databaseurl',
  'smtpurl',
  'redisurl',
]);
// A one-time code is a secret, an error's or problem's code is not: those never consist of digits alone.
const codeNames = new Set(['code', 'otpcode', 'verificationcode']);
const emailNames = new Set(['email', 'newemail', 'to', 'from', 'address']);
const phoneNames = new Set(['phone', 'phonenumber', 'msisdn', 'to', 'from', 'address']);

const JWT = /\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?/g;
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi;
const EMAIL = /([A-Za-z0-9])[A-Za-z0-9._%+'-]*@([A-Za-z0-9.-]+\.[A-Za-z]{2,})/g;
const PHONE = /(?<![\w.+])\+\d{4,11}(\d{4})(?!\d)/g;
// Almost every text is innocent and costs only this look.
const SUSPICIOUS = /@|\+\d|eyJ|bearer|basic|:\/\//i;
const URL_PASSWORD = /(\w+:\/\/[^\s:/@]+):[^\s@]+@/g;

/**
 * Masks what looks like a secret or personal data inside any text: tokens, `Bearer …`, passwords in URLs, e-mail
 * addresses (first letter and domain stay) and international phone numbers (last four digits stay).
 */
export function maskText(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(BEARER, `$1 ${MASK}`)
    .replace(JWT, MASK)
    .replace(URL_PASSWORD, `$1:${MASK}@`)
    .replace(EMAIL, '$1***@$2')
    .replace(PHONE, '+***$1');
}

/** Masks a value on its way into a log line, by the names of its fields and by the look of its texts. */
export function maskValue(value: unknown, name = '', depth = 0): unknown {
  const plain = name.toLowerCase().replaceAll(/[_-]/g, '');
  if (secretNames.has(plain) && value !== null && value !== undefined) return MASK;
  if (codeNames.has(plain) && /^\d{3,10}$/.test(String(value))) return MASK;
  if (typeof value === 'string') return maskString(value, plain);
  if (typeof value === 'number' && phoneNames.has(plain) && value > 999_999) return maskDigits(String(value));
  if (value === null || typeof value !== 'object') return value;
  if (Error.isError(value) || value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth > 6) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, 100).map((item: unknown) => maskValue(item, name, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskValue(item, key, depth + 1)]));
}

function maskString(text: string, plainName: string): string {
  if (phoneNames.has(plainName) && /^\+?[\d\s().-]{7,20}$/.test(text)) return maskDigits(text);
  if (emailNames.has(plainName) && text.includes('@')) return text.replace(/^(.).*(@[^@]*)$/u, '$1***$2');
  return maskText(text);
}

function maskDigits(text: string): string {
  return `***${text.replaceAll(/\D/g, '').slice(-4)}`;
}
