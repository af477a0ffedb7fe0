import type { BodyObserver } from './observer.js';

/** The internal names of Node's web streams. They are symbols nobody exports, found by looking at a stream. */
interface Names {
  readonly state: symbol;
  readonly cancel: symbol;
  /** What a source tells its stream through, and what tells it of a cancelling. */
  readonly methods: readonly (string | symbol)[];
}

type Method = (...args: unknown[]) => unknown;
type Members = Record<string | symbol, unknown>;

function symbolOf(value: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(value).find((symbol) => symbol.description === description);
}

function stateOf(value: object, name: symbol): Readonly<Members> {
  return ((value as Members)[name] ?? {}) as Members;
}

/** Of a property, whichever of an object's prototypes has it: to read it would run a getter. */
function descriptorOf(value: object, name: string | symbol): PropertyDescriptor | undefined {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const own = Object.getOwnPropertyDescriptor(at, name);
    if (own !== undefined) return own;
  }
  return undefined;
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

  const names: Names = { state, cancel, methods: ['enqueue', 'close', 'error', cancel] };
  const told: string[] = [];
  const tell = (what: string) => () => void told.push(what);
  const heard = putBefore(given, names, {
    abandonedAfterMs: 0,
    chunk: tell('chunk'),
    ended: tell('ended'),
    failed: tell('failed'),
    cancelled: tell('cancelled'),
    abandoned: tell('abandoned'),
  });
  if (!heard) return null;
  given.enqueue(new Uint8Array(1));
  void stream.cancel();
  return told.join() === 'chunk,cancelled' ? names : null;
}

/** A controller that is observed, and by whom. */
interface Observed {
  readonly controller: object;
  readonly observer: BodyObserver;
}

/**
 * By the controller's state, which wrappers of a controller show as it does. Not put on the controller: a property that is deleted makes an
 * object slow for good.
 */
const observed = new WeakMap<object, Observed>();

/** For each prototype of a controller the one that stands before it while a body is observed. */
const observing = new WeakMap<object, object>();

/**
 * Has a controller tell an observer, through a prototype that all that are observed share: nothing is made for one body alone. `false` where
 * it has methods of its own, or is observed already.
 */
function putBefore(controller: object, names: Names, observer: BodyObserver): boolean {
  const state = stateOf(controller, names.state);
  if (observed.has(state) || names.methods.some((name) => Object.hasOwn(controller, name))) return false;
  const inherited = Object.getPrototypeOf(controller) as object;
  let before = observing.get(inherited);
  if (before === undefined) observing.set(inherited, (before = observingPrototype(inherited, names)));
  if (!Reflect.setPrototypeOf(controller, before)) return false;
  observed.set(state, { controller, observer });
  return true;
}

function observingPrototype(inherited: object, { state, cancel }: Names): object {
  const before = Object.create(inherited) as object;
  const keyOf = (caller: object | undefined): object => (caller as Members | undefined)?.[state] as object;
  const leave = (caller: object | undefined): BodyObserver | undefined => {
    const key = keyOf(caller);
    const found = observed.get(key);
    if (found === undefined) return undefined;
    observed.delete(key);
    // Somebody else may have put another one before it since.
    if (Object.getPrototypeOf(found.controller) === before) Reflect.setPrototypeOf(found.controller, inherited);
    return found.observer;
  };
  // Looked up at every call: somebody may have replaced it since.
  const call = (caller: object, name: string | symbol, args: unknown[]): unknown =>
    Reflect.apply(Reflect.get(inherited, name, caller) as Method, caller, args);
  const put = (name: string | symbol, value: (this: object, ...args: unknown[]) => unknown): void => {
    const was = descriptorOf(inherited, name);
    if (typeof was?.value === 'function') {
      const { name: called, length } = was.value as Method;
      Object.defineProperties(value, {
        name: { configurable: true, value: called },
        length: { configurable: true, value: length },
      });
    }
    Object.defineProperty(before, name, {
      configurable: true,
      writable: true,
      enumerable: was?.enumerable === true,
      value,
    });
  };
  put('enqueue', function (...args) {
    observed.get(keyOf(this))?.observer.chunk(args[0] as Uint8Array);
    return call(this, 'enqueue', args);
  });
  put('close', function (...args) {
    const result = call(this, 'close', args);
    leave(this)?.ended();
    return result;
  });
  put('error', function (...args) {
    const result = call(this, 'error', args);
    leave(this)?.failed(args[0]);
    return result;
  });
  put(cancel, function (...args) {
    leave(this)?.cancelled(args[0]);
    return call(this, cancel, args);
  });
  return before;
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
 * queued before we came. The controller has its own prototype again when the body has ended.
 */
export function observeController(stream: ReadableStream, observer: BodyObserver): boolean {
  const names = controllerNames();
  if (names === null) return false;
  const { controller, state: phase } = stateOf(stream, names.state);
  if (typeof controller !== 'object' || controller === null || phase !== 'readable') return false;
  const { queueTotalSize, closeRequested } = stateOf(controller, names.state);
  if (queueTotalSize !== 0 || closeRequested !== false) return false;

  return putBefore(controller, names, observer);
}
