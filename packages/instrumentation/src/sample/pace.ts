/** Demand is measured over stretches of so many milliseconds of call start time. */
const STRETCH_MS = 5000;
/** Probabilities are halved at most so often. */
const MAX_HALVINGS = 20;

/** Keeps the sampled calls of a process near a number a second. */
export interface Pace {
  /**
   * The share of its declared probability that a call starting at `startedAt` (epoch ms) keeps, and adds the call to the demand.
   * A power of two, so that one slice holds few different probabilities; the same for all calls of a stretch.
   */
  next(startedAt: number, declared: number): number;
}

/**
 * The share is fixed at the beginning of a stretch from the two before it, the larger: it is known before any call it applies to, so that
 * what is stored is the true probability of inclusion. Demand is the sum of the declared probabilities, not what was drawn.
 *
 * A process that has seen nothing yet starts at the smallest share, and `piMin` is the caller's limit from below.
 */
export function createPace(perSecond: number): Pace {
  let stretch: number | null = null;
  let demand = 0;
  let before = 0;
  let share = 2 ** -MAX_HALVINGS;

  function turn(to: number, passed: number): void {
    const last = passed === 1 ? demand : 0;
    const earlier = passed === 1 ? before : passed === 2 ? demand : 0;
    const expected = (Math.max(last, earlier) * 1000) / STRETCH_MS;
    const halvings = Math.ceil(Math.log2(Math.max(1, expected / perSecond)));
    share = 2 ** -Math.min(MAX_HALVINGS, halvings);
    stretch = to;
    before = last;
    demand = 0;
  }

  return {
    next(startedAt, declared) {
      const now = Math.floor(startedAt / STRETCH_MS);
      if (stretch === null) stretch = now;
      else if (now > stretch) turn(now, now - stretch);
      demand += declared;
      return share;
    },
  };
}
