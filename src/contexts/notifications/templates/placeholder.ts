/** A piece of a template's text: what stands there, or the name of a variable. */
export type Piece = { readonly text: string } | { readonly name: string };

const PLACEHOLDER = /\{\{([a-z][A-Za-z0-9]{0,39})\}\}/g;

/**
 * Takes a text apart at its `{{name}}`s. There is no logic and no escape: two braces that open no placeholder are a fault of
 * the template, found by `hasBrokenPlaceholder` before it is ever published.
 */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ name: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** Whether braces stand where no placeholder is: `{{ name }}`, `{{Name}}`, `{{`, or hug one: `{{{name}}}`. */
export function hasBrokenPlaceholder(text: string): boolean {
  return /\{\{|\}\}|\{\0|\0\}/.test(text.replaceAll(PLACEHOLDER, '\0'));
}

/** The names of the variables that a text uses. */
export function namesIn(text: string): ReadonlySet<string> {
  return new Set(piecesOf(text).flatMap((piece) => ('name' in piece ? [piece.name] : [])));
}
