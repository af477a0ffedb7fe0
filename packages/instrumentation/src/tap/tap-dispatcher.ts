import { guard } from '../guard.js';
import { dispatchedRequest } from './dispatched-request.js';
import { followedHandler } from './followed-handler.js';
import type { OnRequest } from './observer.js';
import { sendOnce } from './send-once.js';
import type { Gate } from './tap-fetch.js';
import { isUntapped } from './untapped.js';

/** An undici dispatcher (`Agent`, `Pool`, `Client`, `RetryAgent`, ...) of whatever version the host has. */
export interface DispatcherLike {
  dispatch(...args: never[]): boolean;
}

type Dispatch = (options: unknown, handler: unknown) => boolean;

const ALWAYS: Gate = { open: true };

/** Methods of a dispatcher that must be called on the dispatcher itself: some keep what they close in private members. */
const OWN: ReadonlySet<string | symbol> = new Set(['close', 'destroy']);

/**
 * A dispatcher that shows requests to `onRequest` and is otherwise the `dispatcher`: a proxy of it, as undici's own `compose` makes
 * one, that hands on the same options and tells the host's handler the same in the same order.
 *
 * Works with the handlers of undici 6 and of 7 and later, without loading either.
 */
export function tapDispatcher<Original extends DispatcherLike>(
  dispatcher: Original,
  onRequest: OnRequest,
  gate: Gate = ALWAYS,
): Original {
  const original = dispatcher.dispatch.bind(dispatcher) as unknown as Dispatch;
  const base = originOf(dispatcher);

  const dispatch: Dispatch = (options, handler) => {
    if (!gate.open || isUntapped() || typeof handler !== 'object' || handler === null) {
      return original(options, handler);
    }
    const followed = guard('tap.request', () => {
      const request = dispatchedRequest(options, base);
      const observer = request === null ? null : onRequest(request);
      if (request === null || observer === null) return null;
      return { observer, ...followedHandler(handler, request, observer) };
    });
    if (followed === undefined || followed === null) return original(options, handler);
    try {
      return sendOnce(followed.observer, () => original(options, followed.handler));
    } catch (error) {
      guard('tap.failed', () => followed.refused(error));
      throw error;
    }
  };

  const own = new Map<string | symbol, unknown>([['dispatch', dispatch]]);
  return new Proxy(dispatcher, {
    get(target, key) {
      if (own.has(key)) return own.get(key);
      const value: unknown = Reflect.get(target, key, target);
      if (!OWN.has(key) || typeof value !== 'function') return value;
      const bound: unknown = value.bind(target);
      own.set(key, bound);
      return bound;
    },
  });
}

/** The origin of a dispatcher that talks to one host only. undici keeps it under a symbol that it does not export. */
function originOf(dispatcher: object): string | undefined {
  const name = Object.getOwnPropertySymbols(dispatcher).find((symbol) => symbol.description === 'url');
  const url: unknown = name === undefined ? undefined : Reflect.get(dispatcher, name);
  return url instanceof URL ? url.origin : undefined;
}
