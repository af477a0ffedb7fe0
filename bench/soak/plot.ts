import { SOAK_FAULTS } from './faults.js';
import type { Verdict } from './series.js';

const [WIDTH, HEIGHT] = [820, 130];
const MARGIN = { left: 60, right: 20, top: 26, bottom: 18 };

/** A panel for each series, one above the other: each second's value, the minutes' medians, and when something was broken. */
export function plot(verdicts: readonly Verdict[], seconds: number): string {
  const panels = verdicts.map((verdict, index) => panel(verdict, seconds, index * HEIGHT));
  const height = verdicts.length * HEIGHT + 30;
  const style =
    'text{font:12px sans-serif;fill:#444}.grid{stroke:#ddd}.fault{fill:#f3c9c0}.line{fill:none;stroke:#3b6ea5}.dot{fill:#b5462f}';
  const legend = `<text x="${MARGIN.left}" y="${height - 8}">a point: the median of a minute's quiet end; shaded: a fault</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"><style>${style}</style><rect width="100%" height="100%" fill="#fff"/>${panels.join('')}${legend}</svg>\n`;
}

function panel({ series, points, medians, slope }: Verdict, seconds: number, top: number): string {
  const most = Math.max(1, ...points.map(({ value }) => value)) * 1.1;
  const x = (at: number): string => (MARGIN.left + (at / seconds) * (WIDTH - MARGIN.left - MARGIN.right)).toFixed(1);
  const base = top + HEIGHT - MARGIN.bottom;
  const y = (value: number): string => (base - (value / most) * (HEIGHT - MARGIN.top - MARGIN.bottom)).toFixed(1);
  const faults = Array.from({ length: Math.floor(seconds / 60) }, (_, minute) => {
    const { forMs = 0, title = '' } = SOAK_FAULTS[minute % SOAK_FAULTS.length] ?? {};
    const width = ((forMs / 1000 / seconds) * (WIDTH - MARGIN.left - MARGIN.right)).toFixed(1);
    const height = HEIGHT - MARGIN.top - MARGIN.bottom;
    return `<rect class="fault" x="${x(minute * 60)}" y="${top + MARGIN.top}" width="${width}" height="${height}"><title>${title}</title></rect>`;
  });
  const line = points.map(({ at, value }) => `${x(at)},${y(value)}`).join(' ');
  const dots = medians.map(({ at, value }) => `<circle class="dot" cx="${x(at)}" cy="${y(value)}" r="3"/>`);
  const unit = series.unit === '' ? '' : ` ${series.unit}`;
  const title = `${series.title}${series.unit === '' ? '' : `, ${series.unit}`}: ${slope.toFixed(2)}${unit} a minute (at most ${series.bound})`;
  return [
    `<text x="${MARGIN.left}" y="${top + 18}">${title}</text>`,
    ...faults,
    `<line class="grid" x1="${x(0)}" x2="${x(seconds)}" y1="${y(0)}" y2="${y(0)}"/>`,
    `<text x="6" y="${top + MARGIN.top + 10}">${most.toFixed(0)}</text><text x="6" y="${base}">0</text>`,
    `<polyline class="line" points="${line}"/>`,
    ...dots,
  ].join('');
}
