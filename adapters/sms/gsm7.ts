// GSM 03.38, basic table and extension. Not ASCII: the backtick is missing, é is there.
const alphabet = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿' +
    'abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€',
);

/** Whether the text can leave as GSM-7; one character outside of it makes all of it UCS-2. */
export function isGsm7(text: string): boolean {
  for (const character of text) if (!alphabet.has(character)) return false;
  return true;
}
