import type { Gate, Proposed } from './gate.js';

/** Lets so many shadows be in flight at once. */
export function concurrencyGate(cap: number): Gate<Proposed> {
  let inFlight = 0;
  const leave = (): void => {
    inFlight -= 1;
  };
  return () => {
    if (inFlight >= cap) return 'concurrency_cap';
    inFlight += 1;
    return { ended: leave, unused: leave };
  };
}
