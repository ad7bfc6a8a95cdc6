import { element, moment, number, shape } from './elements.js';

// As wide as the page, so that its texts keep their size on a phone.
const NARROW = 300;
const WIDE = 900;
const HEIGHT = 200;
const LEFT = 56;
const BOTTOM = 24;

/**
 * Bars over time as inline SVG, and the same figures as a table for whoever reads or copies them. Steps that can still grow
 * are pale.
 */
export function timeChart(title, points) {
  const whole = Math.min(WIDE, Math.max(NARROW, document.getElementById('main').clientWidth - 32));
  const highest = Math.max(1, ...points.map(({ value }) => value));
  const width = (whole - LEFT) / Math.max(1, points.length);
  const height = (value) => (Math.max(0, value) / highest) * (HEIGHT - BOTTOM - 12);
  const bars = points.map(({ start, value, complete }, index) =>
    shape(
      'rect',
      {
        x: LEFT + index * width,
        y: HEIGHT - BOTTOM - height(value),
        width: Math.max(0.5, width * 0.85),
        height: height(value),
        class: complete ? 'closed' : 'open',
      },
      shape('title', {}, `${moment(start)}: ${number(value)}`),
    ),
  );
  const lines = [0, 0.5, 1].map((share) => {
    const y = HEIGHT - BOTTOM - height(highest * share);
    return [
      shape('line', { x1: LEFT, x2: whole, y1: y, y2: y }),
      shape('text', { x: LEFT - 6, y: y + 4, 'text-anchor': 'end' }, compact(highest * share)),
    ];
  });
  const labels = [0, Math.floor(points.length / 2), points.length - 1]
    .filter((index, at, all) => points[index] !== undefined && all.indexOf(index) === at)
    .map((index) =>
      shape(
        'text',
        {
          x: LEFT + (index + 0.5) * width,
          y: HEIGHT - 6,
          'text-anchor': index === 0 ? 'start' : index === points.length - 1 ? 'end' : 'middle',
        },
        new Date(points[index].start).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }),
      ),
    );
  const total = points.reduce((sum, { value }) => sum + value, 0);
  return element(
    'figure',
    {},
    shape(
      'svg',
      {
        class: 'chart',
        viewBox: `0 0 ${whole} ${HEIGHT}`,
        role: 'img',
        'aria-label': `${title}: ${number(total)} in ${points.length} steps, ${number(highest)} at most`,
      },
      lines.flat(),
      bars,
      labels,
    ),
    element('figcaption', { class: 'quiet' }, `${title}; pale bars can still grow.`),
    element(
      'details',
      {},
      element('summary', {}, 'The figures as a table'),
      table(
        ['From', 'Value'],
        points.map(({ start, value, complete }) => [moment(start), number(value) + (complete ? '' : ' so far')]),
      ),
    ),
  );
}

export function table(heads, rows) {
  return element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          heads.map((head) => element('th', { scope: 'col' }, head)),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map((row) =>
          element(
            'tr',
            {},
            row.map((cell) => element('td', {}, cell)),
          ),
        ),
      ),
    ),
  );
}

/** A stage of a funnel as a labelled share of the whole. */
export function stage(label, value, whole) {
  const share = whole === 0 ? 0 : (value * 100) / whole;
  const text = `${number(value)} (${share.toFixed(1)} %)`;
  return element(
    'div',
    { class: 'stage' },
    element('span', {}, `${label}: ${text}`),
    element('meter', { min: 0, max: Math.max(1, whole), value, 'aria-label': label }, text),
  );
}

const compactNumbers = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

function compact(value) {
  return compactNumbers.format(value);
}
