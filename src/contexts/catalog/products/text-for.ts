import type { ProductText } from './product.ts';

/** In this language, else in this language as spoken elsewhere, else the first. */
export function textFor(translations: readonly [ProductText, ...ProductText[]], wanted: string): ProductText {
  const [language] = wanted.split('-');
  return (
    translations.find(({ locale }) => locale === wanted) ??
    translations.find(({ locale }) => locale.split('-')[0] === language) ??
    translations[0]
  );
}
