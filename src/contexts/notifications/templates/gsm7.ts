// GSM 03.38: the alphabet of an SMS in seven bits. ASCII is not in it: the backtick is missing, é is there.
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿' +
  'abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENDED = '\f^{}\\[~]|€';

const costed = (alphabet: string, cost: number): [string, number][] => Array.from(alphabet, (sign) => [sign, cost]);
const costs = new Map([...costed(BASIC, 1), ...costed(EXTENDED, 2)]);

/** What a character costs in septets: 1, 2 behind an escape, undefined when the alphabet lacks it. */
export function septetsOf(character: string): number | undefined {
  return costs.get(character);
}
