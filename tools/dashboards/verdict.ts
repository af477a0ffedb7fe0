import { answers } from './answers.ts';
import type { Contents } from './dashboard.ts';
import { evidence } from './evidence.ts';
import { money } from './money.ts';
import { now } from './now.ts';

/** Whether the candidate may replace the incumbent, why, and when that will be known. */
export const VERDICT: Contents = {
  name: 'verdict',
  description:
    'Whether a candidate may replace the incumbent, why not yet, and when that will be known. Read it from the top: the state, the reason, what is left.',
  from: 'now-24h',
  choices: {
    arms: 'understudy_verdict',
    segments: { metric: 'understudy_estimate', all: false },
    gatesBut: ['cost', 'tokens'],
  },
  rows: [
    { title: null, panels: now() },
    { title: 'Evidence: what is known, and how sure', panels: evidence() },
    { title: 'The traffic it is about, and the answers', panels: answers() },
    { title: 'Money', panels: money() },
  ],
};
