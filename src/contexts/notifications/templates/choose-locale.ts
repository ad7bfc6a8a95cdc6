/**
 * The language for somebody: theirs, else their language without region and script, else any region of their language, else
 * the default.
 *
 * @param wanted BCP 47; undefined when nobody knows
 */
export function chooseLocale(wanted: string | undefined, available: readonly string[], fallback: string): string {
  if (wanted === undefined) return fallback;
  const language = languageOf(wanted);
  return (
    available.find((locale) => locale === wanted) ??
    available.find((locale) => locale === language) ??
    (languageOf(fallback) === language ? fallback : undefined) ??
    available.find((locale) => languageOf(locale) === language) ??
    fallback
  );
}

function languageOf(locale: string): string {
  return locale.split('-', 1)[0] ?? locale;
}
