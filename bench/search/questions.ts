import { words } from './generate.ts';

/** What somebody asks a shop. */
export interface Question {
  readonly text?: string;
  /** Keys and values, any of the values of a key. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly priceTo?: number;
  readonly sort: 'relevance' | 'newest' | 'price';
}

/**
 * Questions as a shop gets them: half are words, from one found in every tenth product to one found in forty; a third are words
 * with filters; the rest browse by filters alone. None is asked twice.
 */
export function questions(count: number): readonly Question[] {
  return Array.from({ length: count }, (_, n): Question => {
    const noun = words.nouns[n % words.nouns.length] ?? '';
    const material = words.materials[(n * 5) % words.materials.length] ?? '';
    const colour = words.colours[(n * 7) % words.colours.length] ?? '';
    const other = words.colours[(n * 11 + 3) % words.colours.length] ?? '';
    const maker = `maker-${(n * 13) % words.makers}`;
    switch (n % 6) {
      case 0:
        return { text: `series${(n * 37) % words.series}`, filters: {}, sort: 'relevance' };
      case 1:
        return { text: `${material} ${noun}`, filters: {}, sort: 'relevance' };
      case 2:
        return { text: noun, filters: {}, sort: 'price' };
      case 3:
        return { text: noun, filters: { colour: [colour, other], size: ['m'] }, priceTo: 9_000, sort: 'price' };
      case 4:
        return { text: `${material} ${noun}`, filters: { colour: [colour] }, sort: 'relevance' };
      default:
        return { filters: { maker: [maker] }, sort: n % 4 === 1 ? 'newest' : 'price' };
    }
  });
}

/** As a browser asks Portico. */
export function queryOf({ text, filters, priceTo, sort }: Question): string {
  const query = new URLSearchParams({ sort, limit: '24' });
  if (text !== undefined) query.set('text', text);
  for (const [key, values] of Object.entries(filters)) {
    for (const value of values) query.append('filter', `${key}:${value}`);
  }
  if (priceTo !== undefined) query.set('priceTo', String(priceTo));
  return query.toString();
}
