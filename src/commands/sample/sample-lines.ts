import { demoPhone } from '../../shared/demo-phone.ts';

/** Demo users own the first so many demo phones. */
export const OWNED_PHONES = 50_000;

/**
 * A dirty file of `count` lines beside the header and blank ones: of every hundred about 92 are numbers of demo users, 5 of
 * nobody, 2 repeat an earlier one, 1 is malformed. Spellings vary. The same count always gives the same lines.
 */
export function* sampleLines(count: number): Generator<string> {
  yield '\ufeffmobile,name\r\n';
  for (let n = 0; n < count; n += 1) {
    if (n > 0 && n % 9_973 === 0) yield '\r\n';
    yield `${field(n)},${NAMES[n % NAMES.length] ?? ''}\r\n`;
  }
}

const NAMES = ['Sara', 'Reza', '"Ahmadi, Neda"', 'مریم', 'Omid', 'Kian', ''];

const MALFORMED = [
  '02188776655',
  '9.89123E+11',
  '0912',
  'n/a',
  '09120000001 ext 12',
  '=HYPERLINK("x")',
  '091200000012',
  'unknown',
];

function field(n: number): string {
  if (n % 100 === 37) return MALFORMED[Math.floor(n / 100) % MALFORMED.length] ?? '';
  if (n % 50 === 11) return spelled(phoneOf(n - 7), n);
  return spelled(phoneOf(n), n);
}

/** The n-th line's own number; neighbours in the file are far apart in the table of members. */
function phoneOf(n: number): string {
  // 7,919 is prime to both sizes, so each set runs through all of its numbers before it repeats one.
  const owned = n < OWNED_PHONES && n % 20 !== 3;
  return demoPhone(owned ? (n * 7_919) % OWNED_PHONES : OWNED_PHONES + ((n * 7_919) % 9_000_000));
}

function spelled(phone: string, n: number): string {
  const national = phone.slice(3);
  switch (n % 11) {
    case 0:
      return phone;
    case 1:
      return `0098${national}`;
    case 2:
      return national;
    case 3:
      return `98${national}`;
    case 4:
      return `0${national.slice(0, 3)} ${national.slice(3, 6)} ${national.slice(6)}`;
    case 5:
      return [...`0${national}`].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0x6c0)).join('');
    case 6:
      return `"=""0${national}"""`;
    default:
      return `0${national}`;
  }
}
