import type { Segment } from '../topics.js';

/** How one of the demo's models behaves. Probabilities are in [0, 1]. */
export interface Traits {
  /** A sentence leaves the wording that is usual for the conversation: this is what makes a model disagree with itself. */
  readonly wander: number;
  /** Latency, as a multiple of the incumbent's. */
  readonly pace: number;
  /** The answer is about something else. */
  readonly wrong: Readonly<Partial<Record<Segment, number>>>;
  /** The call fails, in addition to the provider's error rate. */
  readonly failing: Readonly<Partial<Record<Segment, number>>>;
}

export type Personality = 'incumbent' | 'identical' | 'as-good' | 'segment-failing';

const INCUMBENT: Traits = { wander: 0.45, pace: 1, wrong: {}, failing: {} };

/**
 * `identical` is the incumbent under another name; `as-good` speaks as the incumbent does and is quicker. `segment-failing`
 * is steadier and quicker, which hides in the overall numbers that it gets many refunds wrong.
 */
export const PERSONALITIES: Readonly<Record<Personality, Traits>> = {
  incumbent: INCUMBENT,
  identical: INCUMBENT,
  'as-good': { ...INCUMBENT, pace: 0.85 },
  'segment-failing': { wander: 0.3, pace: 0.85, wrong: { refunds: 0.35 }, failing: { refunds: 0.01 } },
};
