import { parseFragment } from 'parse5';
import type { DefaultTreeAdapterTypes, Token } from 'parse5';
import { piecesOf } from './placeholder.ts';
import type { VariableType } from './template.ts';

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.DocumentFragment;
type Element = DefaultTreeAdapterTypes.Element;

/** Elements that run, load or send something; no mail program lets them. */
const FORBIDDEN = new Set([
  ...['script', 'iframe', 'frame', 'object', 'embed', 'applet', 'form', 'input', 'button', 'base', 'meta', 'link'],
  ...['svg', 'math', 'template', 'noscript', 'plaintext', 'xmp', 'textarea', 'select', 'audio', 'video'],
]);
/** Their content is no text in the sense of HTML: what is escaped there means something else. */
const RAW = new Set(['style', 'title']);
const LINKS = new Set(['href', 'src', 'action', 'background', 'cite', 'poster', 'srcset', 'xlink:href', 'formaction']);
const SAFE_LINK = /^(?:https:|mailto:|tel:|cid:|#)/i;

/**
 * Judges the HTML of a template before any value is in it: variables stand only in text and in quoted attributes, where
 * escaping holds, and a link is a whole variable of type `url`; nothing in it runs.
 *
 * @param types of the variables that may be used
 * @returns what is wrong, in words
 */
export function checkHtml(html: string, types: ReadonlyMap<string, VariableType>): readonly string[] {
  const names: string[] = [];
  // Letters and digits only: such a word is parsed as part of whatever it stands in.
  const mark = `v${Array.from(html).reduce((sum, sign) => (sum * 31 + (sign.codePointAt(0) ?? 0)) % 1e9, 7)}x`;
  const marked = piecesOf(html)
    .map((piece) => ('text' in piece ? piece.text : `${mark}${names.push(piece.name) - 1}z`))
    .join('');
  const seen = new Set<number>();
  const faults: string[] = [];
  const used = (text: string): string[] =>
    [...text.matchAll(new RegExp(`${mark}(\\d+)z`, 'gi'))].map(([, index]) => {
      seen.add(Number(index));
      return names[Number(index)] ?? '';
    });

  const visit = (node: Node, parent: Element | undefined): void => {
    if (node.nodeName === '#text' && 'value' in node) {
      const [name] = used(node.value);
      if (name !== undefined && parent !== undefined && RAW.has(parent.tagName)) {
        faults.push(`{{${name}}} cannot be made safe inside <${parent.tagName}>`);
      }
    }
    if ('tagName' in node) {
      if (FORBIDDEN.has(node.tagName)) faults.push(`<${node.tagName}> is not allowed`);
      for (const attribute of node.attrs) checkAttribute(node, attribute);
    }
    if ('childNodes' in node) for (const child of node.childNodes) visit(child, 'tagName' in node ? node : parent);
  };

  const checkAttribute = (element: Element, { name, value }: Token.Attribute): void => {
    const variables = used(value);
    const where = `${name} of <${element.tagName}>`;
    if (name.startsWith('on')) faults.push(`${where} is not allowed`);
    const [first] = variables;
    if (LINKS.has(name)) {
      if (first === undefined ? !SAFE_LINK.test(value) : !isWhole(value, mark) || types.get(first) !== 'url') {
        faults.push(`${where} must be an https, mailto or tel address, or one whole variable of type url`);
      }
      return;
    }
    if (first === undefined) return;
    if (name === 'style') faults.push(`{{${first}}} cannot be made safe inside ${where}`);
    const lines = variables.find((variable) => types.get(variable) === 'text');
    if (lines !== undefined) faults.push(`{{${lines}}} may have several lines, ${where} may not`);
    const location = element.sourceCodeLocation?.attrs?.[name];
    const source = location === undefined ? '' : marked.slice(location.startOffset, location.endOffset);
    if (!/=\s*["']/.test(source)) faults.push(`${where} holds a variable and so needs quotes`);
  };

  visit(parseFragment(marked, { sourceCodeLocationInfo: true }), undefined);
  for (const [index, name] of names.entries()) {
    if (!seen.has(index)) faults.push(`{{${name}}} may stand only in text and in quoted attributes`);
  }
  return faults;
}

function isWhole(value: string, mark: string): boolean {
  return new RegExp(`^${mark}\\d+z$`).test(value);
}
