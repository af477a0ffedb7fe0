import { guard } from '../guard.js';
import type { RequestObserver } from './observer.js';
import { runTapped } from './untapped.js';

type Outcome<Result> = { readonly result: Result } | { readonly thrown: unknown };

/** Sends through the observer's context, or without it where that breaks; in no case twice or not at all. */
export function sendOnce<Result>(observer: Pick<RequestObserver, 'run'>, send: () => Result): Result {
  let outcome: Outcome<Result> | null = null;
  const attempt = (): void => {
    if (outcome !== null) return;
    try {
      outcome = { result: runTapped(send) };
    } catch (thrown) {
      outcome = { thrown };
    }
  };
  guard('tap.context', () => observer.run(attempt));
  attempt();
  const sent = outcome as unknown as Outcome<Result>;
  if ('thrown' in sent) throw sent.thrown;
  return sent.result;
}
