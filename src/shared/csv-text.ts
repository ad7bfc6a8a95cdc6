/**
 * A text as one CSV field (RFC 4180) that no spreadsheet runs: whatever would begin a formula there is preceded by an
 * apostrophe (OWASP, CSV injection).
 */
export function csvText(text: string): string {
  const harmless =
    /^[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/.test(text.trimStart()) || /^[\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
