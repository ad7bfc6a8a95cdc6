import { septetsOf } from './gsm7.ts';

/** How much fits into one SMS: alone, and as a part of several. In septets for GSM-7, in UTF-16 units for UCS-2. */
export interface PartSizes {
  readonly gsm7: { readonly single: number; readonly joined: number };
  readonly ucs2: { readonly single: number; readonly joined: number };
}

/** What the standard says (3GPP TS 23.040): 140 bytes, six of which a joined part spends on saying so. */
export const standardSizes: PartSizes = {
  gsm7: { single: 160, joined: 153 },
  ucs2: { single: 70, joined: 67 },
};

/** A character that is not in GSM-7: one is enough to more than halve what fits. */
export interface ForeignCharacter {
  readonly character: string;
  /** `U+0060` */
  readonly codePoint: string;
  /** Where it stands first, in UTF-16 units from 0. */
  readonly position: number;
}

export interface PackedSms {
  readonly encoding: 'gsm7' | 'ucs2';
  /** Septets or UTF-16 units of the whole text. */
  readonly units: number;
  /** The texts of the parts; joined they are the text. */
  readonly parts: readonly string[];
  /** What forced UCS-2; null in GSM-7. */
  readonly forcedBy: ForeignCharacter | null;
}

/**
 * Packs a text as a phone network does: part by part, never splitting an escaped character nor a surrogate pair, so that a
 * part may stay one unit short. Dividing the length instead would be wrong at exactly these borders.
 */
export function packSms(text: string, sizes: PartSizes = standardSizes): PackedSms {
  const forcedBy = findForeign(text);
  const encoding = forcedBy === null ? 'gsm7' : 'ucs2';
  const costOf = (character: string): number => (forcedBy === null ? (septetsOf(character) ?? 1) : character.length);
  const { single, joined } = sizes[encoding];
  const characters = Array.from(text);
  const units = characters.reduce((sum, character) => sum + costOf(character), 0);
  if (units <= single) return { encoding, units, parts: [text], forcedBy };

  const parts: string[] = [];
  let part = '';
  let filled = 0;
  for (const character of characters) {
    const cost = costOf(character);
    if (filled + cost > joined) {
      parts.push(part);
      part = '';
      filled = 0;
    }
    part += character;
    filled += cost;
  }
  parts.push(part);
  return { encoding, units, parts, forcedBy };
}

function findForeign(text: string): ForeignCharacter | null {
  let position = 0;
  for (const character of text) {
    if (septetsOf(character) === undefined) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      return { character, codePoint: `U+${code}`, position };
    }
    position += character.length;
  }
  return null;
}
