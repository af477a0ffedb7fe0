import type { Textless } from '../../dev/compared-pair.js';
import { type NewPair, startOf } from '../../dev/new-pairs.js';
import type { Piece } from '../../dev/word-diff.js';
import type { Outcome } from '../../tally/facts.js';
import { printableLine } from '../foreign-text.js';
import { count, type Style } from '../style.js';
import type { Span } from './layout.js';

/** What people look at first; of the others there are many. */
const SHOWN_SCORES = ['exact', 'lexical', 'embedding', 'structure', 'tools'] as const;

/** A pair in one line: when, where, and what came of both calls. */
export function pairHeading({ experiment, shown }: NewPair, style: Style): readonly Span[] {
  const { arm, segment, facts } = shown;
  const scores = SHOWN_SCORES.flatMap((name) => {
    const score = facts.scores.ab[name];
    return score === undefined ? [] : [`${name} ${score === null ? '-' : score.toFixed(2)}`];
  });
  return [
    { text: `${new Date(startOf(shown)).toISOString().slice(11, 19)} `, mark: style.dim },
    { text: printableLine(`${experiment}/${arm}`), mark: style.bold },
    { text: segment.startsWith('_') ? '' : ` ${printableLine(segment)}` },
    { text: '  primary ' },
    outcome(facts.primary, style),
    { text: ', shadow ' },
    outcome(facts.shadow, style),
    { text: scores.length === 0 ? '' : `  ${scores.join(', ')}`, mark: style.dim },
  ];
}

function outcome(of: Outcome, style: Style): Span {
  switch (of.status) {
    case 'ok':
      return { text: `${count(of.durationMs)} ms` };
    case 'error':
      return { text: `failed: ${printableLine(of.type)}, ${count(of.durationMs)} ms`, mark: style.bad };
    case 'aborted':
      return { text: `aborted after ${count(of.afterMs)} ms`, mark: style.doubtful };
    case 'missing':
      return { text: `missing: ${printableLine(of.reason)}`, mark: style.doubtful };
  }
}

/**
 * The answers in one: what both say as it is, what only the primary says marked bad, what only the shadow says marked good. Where nothing can be
 * marked, `[-...-]` and `{+...+}` stand around it.
 */
export function diffSpans(diff: readonly Piece[], style: Style): readonly Span[] {
  const marked = style.bad('x') !== 'x';
  return diff.flatMap(({ kind, text }, at) => {
    const line = printableLine(text);
    // The space between two pieces is nobody's word.
    const space = at > 0 && line.startsWith(' ') ? [{ text: ' ' }] : [];
    const words = space.length > 0 ? line.slice(1) : line;
    if (kind === 'both') return [...space, { text: words }];
    if (marked) return [...space, { text: words, mark: kind === 'first' ? style.bad : style.good }];
    return [...space, { text: kind === 'first' ? `[-${words}-]` : `{+${words}+}` }];
  });
}

/** Why no texts are shown; null where the heading has said it. */
export const WHY_TEXTLESS: Readonly<Record<Textless, string | null>> = {
  features: 'no texts: the experiment sends `content: features`',
  none: 'no texts: the experiment sends `content: none`',
  removed: 'no texts: they were erased, or are too old',
  sealed: 'no texts: they are sealed with a key that is not here',
  left_out: null,
  no_answer: null,
  no_text: 'a part of an answer is no text',
};
