import type { Structure } from '@understudy/instrumentation/trial';
import type { Scorer } from './scorer.js';

const KINDS = ['headings', 'items', 'fences', 'tables'] as const satisfies readonly (keyof Structure)[];

/**
 * How alike two answers are laid out: of each kind of Markdown structure that either has (headings, items of lists, fences of
 * code, tables), the smaller count over the greater, on average; 1 where neither has any.
 * Example: 2 headings and 4 items against 2 headings and 1 item -> (1 + 1/4) / 2 = .625.
 */
export const structure: Scorer = {
  name: 'structure',
  applies: () => true,
  score: ({ structure: one }, { structure: other }) => {
    const present = KINDS.filter((kind) => one[kind] + other[kind] > 0);
    if (present.length === 0) return 1;
    const shares = present.map((kind) => Math.min(one[kind], other[kind]) / Math.max(one[kind], other[kind]));
    return shares.reduce((sum, share) => sum + share, 0) / present.length;
  },
};
