export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads one variable: gives the value, or adds to `faults` what would be right. */
export class EnvironmentReader {
  readonly faults: string[] = [];
  readonly known = new Set<string>();
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | undefined {
    this.known.add(name);
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  url(name: string, protocols: readonly string[]): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
    // The value may hold a password, so it is not repeated.
    this.faults.push(`${name} must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`);
    return undefined;
  }

  number(name: string, fallback: number, minimum: number, maximum: number, whole = true): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const parsed = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (parsed >= minimum && parsed <= maximum && (!whole || Number.isInteger(parsed))) return parsed;
    this.faults.push(`${name} must be a ${whole ? 'whole ' : ''}number from ${minimum} to ${maximum}, not "${value}"`);
    return fallback;
  }

  optionalNumber(name: string, minimum: number, maximum: number): number | undefined {
    return this.text(name) === undefined ? undefined : this.number(name, minimum, minimum, maximum);
  }

  choice<Value extends string>(name: string, fallback: Value, values: readonly Value[]): Value {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const found = values.find((allowed) => allowed === value);
    if (found !== undefined) return found;
    this.faults.push(`${name} must be one of ${values.join(', ')}, not "${value}"`);
    return fallback;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : this.choice(name, 'false', ['true', 'false']) === 'true';
  }

  /**
   * @param allowed - what an item may be: a closed list, or a test and the words for what passes it.
   */
  list(
    name: string,
    fallback: readonly string[],
    allowed: readonly string[] | { readonly test: (item: string) => boolean; readonly words: string },
  ): readonly string[] {
    const value = this.text(name);
    if (value === undefined) return Object.freeze([...fallback]);
    const { test, words } =
      'test' in allowed ? allowed : { test: (item: string) => allowed.includes(item), words: allowed.join(', ') };
    const items = value.split(',').map((item) => item.trim());
    for (const item of items) {
      if (!test(item)) this.faults.push(`${name} is a comma-separated list of ${words}, not "${item}"`);
    }
    return Object.freeze(items);
  }
}
