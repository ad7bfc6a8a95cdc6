/** Whether this names a time zone of the IANA database, in the spelling of any runtime. */
export function isTimeZone(name: string): boolean {
  // `Intl` also takes offsets such as +03:30, which know nothing of daylight saving.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
