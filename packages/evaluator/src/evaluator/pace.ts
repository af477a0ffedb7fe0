/** How long the event loop may be kept, in milliseconds: the queue's lock is renewed on it. */
const KEPT_MS = 10;

/** Lets the event loop turn where it has been kept for long enough. One for each piece of work. */
export type Pace = () => Promise<void>;

export function createPace(now: () => number = () => performance.now()): Pace {
  let since = now();
  return async () => {
    if (now() - since < KEPT_MS) return;
    await turn();
    since = now();
  };
}

/** Lets the event loop turn once. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Takes the steps of a piece of work, and lets the event loop turn between two of them where it has been kept for long enough. */
export async function paced<Result>(steps: Generator<undefined, Result, undefined>, pace: Pace): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pace();
  }
}
