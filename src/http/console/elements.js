// Makes elements from text and never from markup: what the API sends cannot become a part of the page's code.

const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes (`onclick` and the like are listeners) and children; texts are texts. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

const numbers = new Intl.NumberFormat('en');

export function number(value) {
  return numbers.format(value);
}

export function moment(text) {
  return new Date(text).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

/** `coins-granted` as people write it. */
export function words(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
}

/** A labelled choice. */
export function choice(label, options, value, onchange) {
  const select = element(
    'select',
    { onchange: () => onchange(select.value) },
    options.map(([key, text]) => element('option', { value: key, selected: key === value }, text)),
  );
  return element('label', {}, label, select);
}

/** What a screen reader says, and everyone else reads at the foot of the page. */
export function announce(text) {
  document.getElementById('status').textContent = text;
}
