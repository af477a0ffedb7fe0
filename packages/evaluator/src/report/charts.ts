import type { Point } from './history.js';
import { html, type Html } from './html.js';

const WIDTH = 640;
const HEIGHT = 170;
const LEFT = 62;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 26;
/** Of a label. */
const ROOM = 60;

/** Points over time with their intervals, and the line that must not be crossed. The scale is that of the later three quarters. */
export function lineChart(points: readonly Point[], limit: number, title: string): Html {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return html`<p class="dim">no pair yet</p>`;
  // The first intervals are many times as wide as the last: they run out of the picture.
  const settled = points.slice(Math.floor(points.length / 4));
  const values = [0, limit, ...settled.flatMap(({ estimate, interval }) => [estimate, ...(interval ?? [])])];
  const [low, high] = padded(Math.min(...values), Math.max(...values));
  const span = Math.max(1, last.at - first.at);
  const x = (at: number): number => round(LEFT + ((at - first.at) / span) * (WIDTH - LEFT - RIGHT));
  const inside = (value: number): number => Math.min(high, Math.max(low, value));
  const y = (value: number): number => round(TOP + ((high - inside(value)) / (high - low)) * (HEIGHT - TOP - BOTTOM));
  const known = points.flatMap(({ at, interval }) =>
    interval === null ? [] : [{ at, low: interval[0], high: interval[1] }],
  );
  const band = [
    ...known.map((one) => `${x(one.at)},${y(one.high)}`),
    ...known.toReversed().map((one) => `${x(one.at)},${y(one.low)}`),
  ].join(' ');
  const line = points.map(({ at, estimate }) => `${x(at)},${y(estimate)}`).join(' ');
  const rule = (value: number, kind: string): Html =>
    html`<line class="${kind}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}" />`;
  const label = (value: number): Html =>
    html`<text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${points100(value)}</text>`;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
    ${rule(0, 'zero')}${rule(limit, 'limit')}
    ${known.length > 1 ? html`<polygon class="band" points="${band}" />` : html``}
    <polyline class="line" points="${line}" />
    <circle class="dot" cx="${x(last.at)}" cy="${y(last.estimate)}" r="3" />
    ${label(0)}${Math.abs(y(limit) - y(0)) > 11 ? label(limit) : html``}
    <text x="${LEFT}" y="${HEIGHT - 8}">${timeText(first.at)}</text>
    <text x="${WIDTH - RIGHT}" y="${HEIGHT - 8}" text-anchor="end">${timeText(last.at)}</text>
  </svg>`;
}

/** Two distributions over the same bins, as shares: the incumbent's as outlines, the candidate's filled. */
export function barChart(
  bins: readonly { readonly label: string; readonly primary: number; readonly shadow: number }[],
  title: string,
): Html {
  const used = bins.map((bin) => bin.primary + bin.shadow > 0);
  const [from, until] = [used.indexOf(true), used.lastIndexOf(true)];
  if (from < 0) return html`<p class="dim">nothing is known of it</p>`;
  const shown = bins.slice(from, until + 1);
  const total = (side: 'primary' | 'shadow'): number =>
    Math.max(
      1,
      shown.reduce((sum, bin) => sum + bin[side], 0),
    );
  const [own, other] = [total('primary'), total('shadow')];
  const most = Math.max(...shown.flatMap((bin) => [bin.primary / own, bin.shadow / other]));
  const width = (WIDTH - LEFT - RIGHT) / shown.length;
  const bottom = HEIGHT - BOTTOM;
  const bar = (at: number, share: number, kind: string): Html => {
    const height = (share / most) * (bottom - TOP);
    return html`<rect
      class="${kind}"
      x="${round(LEFT + at * width + 1)}"
      y="${round(bottom - height)}"
      width="${round(Math.max(0.5, width - 2))}"
      height="${round(height)}"
    />`;
  };
  const every = Math.max(1, Math.ceil(shown.length / 8));
  const labels = shown.flatMap(({ label }, at) => {
    const x = round(LEFT + at * width);
    return at % every === 0 && x < WIDTH - ROOM ? [html`<text x="${x}" y="${HEIGHT - 8}">${label}</text>`] : [];
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
    ${shown.map((bin, at) => bar(at, bin.shadow / other, 'shadow'))}${shown.map((bin, at) => bar(at, bin.primary / own, 'primary'))}
    <text x="${LEFT - 6}" y="${TOP + 8}" text-anchor="end">${(100 * most).toFixed(1)} %</text>
    ${labels}
  </svg>`;
}

/** Epoch ms as a time of UTC. */
export function timeText(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15
    ? `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    : '-';
}

function points100(value: number): string {
  return `${value > 0 ? '+' : ''}${Number((100 * value).toPrecision(3))}`;
}

function padded(low: number, high: number): readonly [number, number] {
  const room = Math.max(1e-6, 0.08 * (high - low));
  return [low - room, high + room];
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
