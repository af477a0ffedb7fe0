import { guard } from '../guard.js';
import { observeController } from './native-controller.js';
import type { BodyObserver } from './observer.js';
import { Once } from './once.js';
import { observeMethods } from './stream-methods.js';

/**
 * Follows the body of a response, whatever fetch gave back. The response is not touched, and nothing is read ahead. The stream is
 * held weakly, so that a response nobody wants is collected as it would be without us.
 */
export function observeBody(response: object, observer: BodyObserver): void {
  const body = (response as { readonly body?: unknown }).body;
  const once = new Once(observer);
  if (body === null) {
    once.ended();
  } else if (!isNativeStream(body)) {
    once.abandoned();
  } else if (guard('tap.observe', () => observe(body, once)) === true) {
    once.expectReading(heldWeakly(new WeakRef(body)));
  } else {
    once.abandoned();
  }
}

function observe(body: ReadableStream<Uint8Array>, once: Once): boolean {
  if (observeController(body, once)) return true;
  if (body.locked) return false;
  observeMethods(body, once);
  return true;
}

/** A function of its own: a closure made beside others that use the stream would share their hold on it. */
function heldWeakly(stream: WeakRef<ReadableStream>): () => boolean {
  return () => stream.deref()?.locked === true;
}

function isNativeStream(body: unknown): body is ReadableStream<Uint8Array> {
  return (
    Object.prototype.toString.call(body) === '[object ReadableStream]' &&
    typeof (body as ReadableStream).getReader === 'function'
  );
}
