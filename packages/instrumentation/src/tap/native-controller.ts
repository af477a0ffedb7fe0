import type { BodyObserver } from './observer.js';

/** The internal names of Node's web streams. They are symbols nobody exports, found by looking at a stream. */
interface Names {
  readonly state: symbol;
  readonly cancel: symbol;
}

interface Controller extends ReadableByteStreamController {
  [name: symbol]: unknown;
}

function symbolOf(value: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(value).find((symbol) => symbol.description === description);
}

function stateOf(value: object, name: symbol): Readonly<Record<string, unknown>> {
  return (value as Record<symbol, Readonly<Record<string, unknown>>>)[name] ?? {};
}

/** Tries on a stream of our own whether a controller can be observed; `null` where this version of Node has none to show. */
function findNames(): Names | null {
  let given: ReadableByteStreamController | undefined;
  const stream = new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      given = controller;
    },
  });
  const state = symbolOf(stream, 'kState');
  if (state === undefined || given === undefined || stateOf(stream, state)['controller'] !== given) return null;
  const cancel = symbolOf(Object.getPrototypeOf(given) as object, 'kCancel');
  const own = stateOf(given, state);
  if (cancel === undefined || typeof own['queueTotalSize'] !== 'number' || typeof own['closeRequested'] !== 'boolean') return null;
  let cancelled = false;
  Object.defineProperty(given, cancel, {
    configurable: true,
    value: () => {
      cancelled = true;
      return Promise.resolve();
    },
  });
  void stream.cancel();
  return cancelled ? { state, cancel } : null;
}

let names: Names | null | undefined;

/** Whether the controllers of native streams can be observed here. Tested once. */
export function canObserveControllers(): boolean {
  names ??= findNames();
  return names !== null;
}

/**
 * Observes a native stream through its controller: the one object between the network and every way there is to read the body.
 * The stream itself is left exactly as it is. `false` where that cannot be done: no such controller, or chunks or the end were
 * queued before we came. Everything is removed again when the body has ended.
 */
export function observeController(stream: ReadableStream, observer: BodyObserver): boolean {
  if (!canObserveControllers() || names === null || names === undefined) return false;
  const { state, cancel } = names;
  const { controller: found, state: phase } = stateOf(stream, state);
  if (typeof found !== 'object' || found === null || phase !== 'readable') return false;
  const controller = found as Controller;
  const { queueTotalSize, closeRequested } = stateOf(controller, state);
  if (queueTotalSize !== 0 || closeRequested !== false) return false;
  const { enqueue, close, error } = controller;
  const cancelSteps = controller[cancel];
  if (typeof cancelSteps !== 'function') return false;

  const observed = ['enqueue', 'close', 'error', cancel];
  const before = observed.map((name) => Object.getOwnPropertyDescriptor(controller, name));
  const define = (name: string | symbol, value: (...args: unknown[]) => unknown): void => {
    Object.defineProperty(controller, name, { configurable: true, writable: true, enumerable: false, value });
  };
  const restore = (): void => {
    for (const [index, name] of observed.entries()) {
      const own = before[index];
      if (own === undefined) Reflect.deleteProperty(controller, name);
      else Object.defineProperty(controller, name, own);
    }
  };
  define('enqueue', (...args) => {
    observer.chunk(args[0] as Uint8Array);
    return Reflect.apply(enqueue, controller, args);
  });
  define('close', (...args) => {
    const result: unknown = Reflect.apply(close, controller, args);
    restore();
    observer.ended();
    return result;
  });
  define('error', (...args) => {
    const result: unknown = Reflect.apply(error, controller, args);
    restore();
    observer.failed(args[0]);
    return result;
  });
  define(cancel, (...args) => {
    restore();
    observer.cancelled(args[0]);
    return Reflect.apply(cancelSteps, controller, args) as unknown;
  });
  return true;
}
