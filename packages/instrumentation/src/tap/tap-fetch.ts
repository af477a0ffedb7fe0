import { guard } from '../guard.js';
import { observeBody } from './observe-body.js';
import type { Fetch, OnRequest, RequestObserver } from './observer.js';
import { outgoingRequest } from './outgoing-request.js';
import { isPlainPromise } from './plain-promise.js';
import { headersOf } from './response-headers.js';
import { sendOnce } from './send-once.js';
import { isUntapped } from './untapped.js';

/** Switches a tap off where it can no longer be taken out of a chain of wrappers. */
export interface Gate {
  readonly open: boolean;
}

const ALWAYS: Gate = { open: true };

/**
 * A fetch that shows requests to `onRequest` and is otherwise the `original`: the same name, length and properties (it is a proxy
 * of it), the same arguments passed on, the same response and errors passed back.
 *
 * Requests that `onRequest` is not interested in, and those made inside another tapped request, go straight through.
 */
export function tapFetch<Original extends Fetch>(
  original: Original,
  onRequest: OnRequest,
  gate: Gate = ALWAYS,
): Original {
  return new Proxy(original, {
    apply(target, thisArgument: unknown, args: unknown[]): unknown {
      if (!gate.open || isUntapped()) return Reflect.apply(target, thisArgument, args);
      const observer = guard('tap.request', () => {
        const request = outgoingRequest(args);
        return request === null ? null : onRequest(request);
      });
      if (observer === undefined || observer === null) return Reflect.apply(target, thisArgument, args);
      return observed(observer, () => Reflect.apply(target, thisArgument, args));
    },
  });
}

function observed(observer: RequestObserver, send: () => unknown): unknown {
  let result: unknown;
  try {
    result = sendOnce(observer, send);
  } catch (error) {
    guard('tap.failed', () => observer.failed(error));
    throw error;
  }
  if (!isPlainPromise(result)) {
    guard('tap.unobservable', () => observer.unobservable());
    return result;
  }
  // The derived promise is what the host gets: a second branch beside it would count as handling a rejection.
  return result.then(
    (response) => {
      guard('tap.response', () => follow(response, observer));
      return response;
    },
    (error: unknown) => {
      guard('tap.failed', () => observer.failed(error));
      throw error;
    },
  );
}

function follow(response: unknown, observer: RequestObserver): void {
  const status: unknown = (response as { readonly status?: unknown } | null | undefined)?.status;
  if (typeof status !== 'number') {
    observer.unobservable();
    return;
  }
  const body = observer.responded(status, headersOf(response as object));
  if (body !== null) observeBody(response as object, body);
}
