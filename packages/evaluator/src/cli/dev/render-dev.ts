import { comparedTexts } from '../../dev/compared-pair.js';
import { SIGNALS } from '../../dev/otlp-receiver.js';
import { spanText } from '../../decide/time-left.js';
import type { Standing } from '../../decide/standing.js';
import { printableLine } from '../foreign-text.js';
import { renderFunnel } from '../render-status.js';
import { markOf } from '../render-verdict.js';
import { count, plural, type Style } from '../style.js';
import { cut, type Span, wrapped } from './layout.js';
import { diffSpans, pairHeading, WHY_TEXTLESS } from './pair-text.js';
import { currentOf, type DevState } from './state.js';

/** How much of a terminal there is. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const MOST_SENTENCE = 4;
const MOST_DIFF = 4;
/** Places of what was asked, where lines are as wide as they come: a prompt may be a book. */
const MOST_ASKED = 200;
/** Signs of it that are looked at: some take no place. */
const MOST_READ = 4 * MOST_ASKED;

/** All of it on one screen: what runs, the verdicts, the funnel, and as many of the last pairs as there is room for, the newest first. Pure. */
export function renderDev(state: DevState, size: Size, style: Style): readonly string[] {
  const { columns, rows } = size;
  const head = [
    cut(
      [
        { text: 'understudy dev', mark: style.bold },
        { text: `  ${printableLine(state.source)}`, mark: style.dim },
      ],
      columns,
    ),
    ...renderOtlp(state, style).map((spans) => cut(spans, columns)),
    ...(state.trouble === null ? [] : [cut([{ text: printableLine(state.trouble), mark: style.bad }], columns)]),
    '',
    ...renderStandings(state, columns, style),
  ];
  const foot = cut([{ text: 'Ctrl-C ends it.', mark: style.dim }], columns);
  const room = rows - head.length - 1;
  return [...head.slice(0, Math.max(1, rows - 1)), ...renderPairs(state, { columns, rows: room }, style), foot].slice(
    0,
    rows,
  );
}

/** The verdict on every candidate of the newest runs, with what it waits for and its funnel. */
function renderStandings(state: DevState, columns: number, style: Style): readonly string[] {
  const current = currentOf(state);
  if (current.length === 0) {
    const waiting = [
      'Waits for a service: start it with the store of this configuration, and let it make calls.',
      `Its queue: ${printableLine(state.store)}`,
    ];
    return waiting.flatMap((text) => wrapped([{ text }], columns));
  }
  return current.flatMap((standing) => [
    ...wrapped(
      [
        { text: `${printableLine(`${standing.run.experiment}/${standing.arm}`)} `, mark: style.bold },
        { text: printableLine(standing.verdict.sentence), mark: markOf(standing.verdict.state, style) },
      ],
      columns,
      { most: MOST_SENTENCE, indent: '  ' },
    ),
    cut([{ text: `  ${etaText(standing)}` }], columns),
    ...renderFunnel(standing.state).map((text) => cut([{ text: `  ${text}`, mark: style.dim }], columns)),
    '',
  ]);
}

/** When there will be a verdict. Pure. */
export function etaText({ verdict: { state, remaining, timeLeftMs, pairs }, expired }: Standing): string {
  if (state === 'no_go' || state === 'invalid')
    return `decided after ${plural(pairs, 'pair')}: it stays until a new run`;
  if (state === 'go' || state === 'go_provisional') return `decided after ${plural(pairs, 'pair')}, as far as they go`;
  if (expired) return 'no more pairs will come';
  if (remaining === null) return `${plural(pairs, 'pair')} of evidence; how many are needed cannot be said yet`;
  const [low, high] = [count(remaining.low), count(remaining.high)];
  const range = low === high ? low : `${low} to ${high}`;
  const time =
    timeLeftMs === undefined
      ? 'how long cannot be said yet'
      : `about ${spanText(timeLeftMs.low)} to ${spanText(timeLeftMs.high)}`;
  return `${plural(pairs, 'pair')} of evidence; ${range} to go: ${time}`;
}

/** Where OTLP comes in, and what came of it. */
export function renderOtlp({ otlp }: Pick<DevState, 'otlp'>, style: Style): readonly (readonly Span[])[] {
  if ('off' in otlp) return [[{ text: `OTLP: ${printableLine(otlp.off)}`, mark: style.dim }]];
  const { url, passedTo, received, trouble } = otlp;
  const names = { traces: 'spans', metrics: 'metrics', logs: 'log records' };
  const counts = SIGNALS.map(
    (signal) => `${count(received[signal].items)}${received[signal].uncounted > 0 ? '+' : ''} ${names[signal]}`,
  ).join(', ');
  const refused = SIGNALS.reduce((sum, signal) => sum + received[signal].refused, 0);
  const to = passedTo === null ? 'counted here and not kept' : `passed on to ${printableLine(passedTo)}`;
  return [
    [
      { text: `OTLP at ${url}: ${counts}, ${to}`, mark: style.dim },
      ...(refused === 0 ? [] : [{ text: `; ${plural(refused, 'request')} refused`, mark: style.doubtful }]),
      ...(trouble === null ? [] : [{ text: `: ${printableLine(trouble)}`, mark: style.doubtful }]),
    ],
  ];
}

/** The newest first; a pair that does not fit as a whole is left out. */
function renderPairs(state: DevState, { columns, rows }: Size, style: Style): readonly string[] {
  const lines: string[] = [];
  for (const pair of state.pairs.toReversed()) {
    const next = renderPair(pair, state.content, columns, style);
    if (lines.length + next.length > rows) break;
    lines.push(...next);
  }
  return lines;
}

/** A pair in a few lines: both calls, what was asked, and the answers as one text. */
export function renderPair(
  pair: DevState['pairs'][number],
  content: boolean,
  columns: number,
  style: Style,
): readonly string[] {
  const heading = wrapped(pairHeading(pair, style), columns, { most: 2, indent: '  ' });
  const texts = comparedTexts(pair.shown, content);
  if (typeof texts === 'string') {
    const why = WHY_TEXTLESS[texts];
    return why === null ? heading : [...heading, cut([{ text: `  ${why}`, mark: style.dim }], columns)];
  }
  const asked = cut(
    [{ text: `  asked: ${printableLine(texts.request.slice(0, MOST_READ).toWellFormed())}`, mark: style.dim }],
    Math.min(columns, MOST_ASKED),
  );
  const same = texts.diff.every(({ kind }) => kind === 'both');
  const diff = wrapped([{ text: `  ${same ? 'same' : 'diff'}: ` }, ...diffSpans(texts.diff, style)], columns, {
    most: MOST_DIFF,
    indent: '  ',
  });
  return [...heading, asked, ...diff];
}
