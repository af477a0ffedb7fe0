import type { BodyObserver } from './observer.js';

/** The internal names of Node's web streams. They are symbols nobody exports, found by looking at a stream. */
interface Names {
  readonly state: symbol;
  readonly cancel: symbol;
  /** What of a controller is observed. */
  readonly observed: readonly (string | symbol)[];
}

type Method = (...args: unknown[]) => unknown;
type Members = Record<string | symbol, unknown>;

function symbolOf(value: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(value).find((symbol) => symbol.description === description);
}

function stateOf(value: object, name: symbol): Readonly<Members> {
  return ((value as Members)[name] ?? {}) as Members;
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
  const { queueTotalSize, closeRequested } = stateOf(given, state);
  if (cancel === undefined || queueTotalSize !== 0 || closeRequested !== false) return null;

  const observed = ['enqueue', 'close', 'error', cancel];
  const told: string[] = [];
  replaceMethods(given, observed, (name, method) => (...args) => {
    told.push(typeof name === 'string' ? name : 'cancel');
    return method(...args);
  });
  given.enqueue(new Uint8Array(1));
  void stream.cancel();
  return told.join() === 'enqueue,cancel' ? { state, cancel, observed } : null;
}

/**
 * Puts methods of our own before inherited ones and gives back what takes them away again. Assigned and deleted in turn, last first:
 * anything else makes every later access to the object slow.
 */
function replaceMethods(
  target: object,
  names: readonly (string | symbol)[],
  replace: (name: string | symbol, method: Method) => Method,
): () => void {
  const members = target as Members;
  const own: unknown[] = [];
  for (const name of names) {
    own.push(Object.hasOwn(target, name) ? members[name] : undefined);
    const method = members[name] as Method;
    members[name] = replace(name, (...args) => Reflect.apply(method, target, args));
  }
  return () => {
    for (let index = names.length - 1; index >= 0; index -= 1) {
      const name = names[index] as string | symbol;
      if (own[index] === undefined) Reflect.deleteProperty(target, name);
      else members[name] = own[index];
    }
  };
}

let found: Names | null | undefined;

/** The names, looked for once. `null`: controllers cannot be observed here. */
function controllerNames(): Names | null {
  if (found === undefined) found = findNames();
  return found;
}

/** Whether the controllers of native streams can be observed here. */
export function canObserveControllers(): boolean {
  return controllerNames() !== null;
}

/**
 * Observes a native stream through its controller: the one object between the network and every way there is to read the body.
 * The stream itself is left exactly as it is. `false` where that cannot be done: no such controller, or chunks or the end were
 * queued before we came. Everything is removed again when the body has ended.
 */
export function observeController(stream: ReadableStream, observer: BodyObserver): boolean {
  const names = controllerNames();
  if (names === null) return false;
  const { controller, state: phase } = stateOf(stream, names.state);
  if (typeof controller !== 'object' || controller === null || phase !== 'readable') return false;
  const { queueTotalSize, closeRequested } = stateOf(controller, names.state);
  if (queueTotalSize !== 0 || closeRequested !== false) return false;

  const replace = (name: string | symbol, method: Method): Method => {
    if (name === 'enqueue') {
      return (chunk, ...rest) => {
        observer.chunk(chunk as Uint8Array);
        return method(chunk, ...rest);
      };
    }
    if (name === names.cancel) {
      return (...args) => {
        restore();
        observer.cancelled(args[0]);
        return method(...args);
      };
    }
    return (...args) => {
      const result = method(...args);
      restore();
      if (name === 'close') observer.ended();
      else observer.failed(args[0]);
      return result;
    };
  };
  const restore = replaceMethods(controller, names.observed, replace);
  return true;
}
