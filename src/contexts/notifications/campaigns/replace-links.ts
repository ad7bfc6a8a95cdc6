import type { Rendered } from '../templates/render-template.ts';

/** A web address in a text; punctuation that ends a sentence is not part of it. */
const IN_TEXT = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}]/g;
/** The target of a link in HTML; templates have their attributes in quotes. */
const IN_HTML = /(<a\s[^>]*?\bhref\s*=\s*)(["'])(https?:\/\/[^"']*)\2/gi;

/** Replaces every link of an e-mail, in its text and in its HTML. */
export function replaceLinks(rendered: Rendered, replace: (url: string) => string): Rendered {
  return {
    ...rendered,
    text: rendered.text.replace(IN_TEXT, (url) => replace(url)),
    html:
      rendered.html === null
        ? null
        : rendered.html.replace(
            IN_HTML,
            (_, before: string, quote: string, url: string) =>
              `${before}${quote}${escapeAttribute(replace(unescapeAttribute(url)))}${quote}`,
          ),
  };
}

function unescapeAttribute(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
