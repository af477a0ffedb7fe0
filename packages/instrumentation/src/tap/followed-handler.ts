import { guard } from '../guard.js';
import { wireReader, type WireReader } from './decode-beside.js';
import { type DispatchedRequest, isGivenUp } from './dispatched-request.js';
import type { RequestObserver } from './observer.js';
import { Once } from './once.js';
import { rawHeader, rawHeaders } from './raw-header.js';
import { runOutside } from './untapped.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** A method of the host's, as it was found, and what stands for it. */
interface Followed {
  readonly found: unknown;
  readonly method: Method;
}

/** What a handler is told, in either of undici's two ways: before the host's handler, or after it. */
interface Moments {
  /** What the host's handler is given instead. */
  readonly given?: (args: readonly unknown[]) => readonly unknown[];
  readonly before?: (args: readonly unknown[]) => void;
  readonly after?: (args: readonly unknown[], result: unknown) => void;
}

/** What handlers of undici 7 and later are given. Older ones get functions. */
interface Controller {
  readonly paused?: unknown;
}

export interface FollowedHandler {
  readonly handler: object;
  /** The dispatch itself threw: no handler is told. */
  refused(error: unknown): void;
}

/**
 * A handler for undici's `dispatch` that hands everything on to the host's, with the same arguments and results, and shows the
 * exchange to `observer`. It has the members the host's has, no more: what undici does depends on which are there. A copy of it has what a
 * copy of the host's would have, so that interceptors may spread it.
 */
export function followedHandler(
  handler: object,
  request: DispatchedRequest,
  observer: RequestObserver,
): FollowedHandler {
  const exchange = new Exchange(request, observer);
  const moments = momentsOf(exchange);
  const methods = new Map<string | symbol, Followed>();

  const follow = (name: string | symbol, method: Method): Method => {
    const { given, before, after } = moments.get(name) ?? {};
    // Called on the host's own object, which may have private members, or on the copy it is a member of; outside of the tapped request.
    return function (this: unknown, ...args) {
      const self = this === followed ? handler : this;
      if (before !== undefined) guard('tap.handler', () => before(args));
      const passed = (given === undefined ? null : guard('tap.handler', () => given(args))) ?? args;
      const result = runOutside(() => Reflect.apply(method, self, passed));
      if (after !== undefined) guard('tap.handler', () => after(args, result));
      return result;
    };
  };

  const member = (name: string | symbol): unknown => {
    const found: unknown = Reflect.get(handler, name);
    if (typeof found !== 'function' || name === 'constructor') return found;
    const known = methods.get(name);
    if (known?.found === found) return known.method;
    const method = follow(name, found as Method);
    methods.set(name, { found, method });
    return method;
  };

  // A target of its own: a proxy of a frozen handler may not give other methods than the handler has.
  const followed: object = new Proxy(Object.create(Object.getPrototypeOf(handler) as object | null) as object, {
    has: (_target, name) => name in handler,
    set: (_target, name, value) => Reflect.set(handler, name, value),
    deleteProperty: (_target, name) => Reflect.deleteProperty(handler, name),
    get: (_target, name) => member(name),
    ownKeys: () => Reflect.ownKeys(handler),
    getOwnPropertyDescriptor(_target, name) {
      const own = Reflect.getOwnPropertyDescriptor(handler, name);
      if (own === undefined) return undefined;
      // Configurable whatever it is: of what the target has not, a proxy may say nothing else.
      if ('value' in own) return { ...own, value: member(name), configurable: true };
      return { ...own, get: () => member(name), configurable: true };
    },
  });
  return { handler: followed, refused: (error) => exchange.failed(error) };
}

/** The handlers of undici 7 and later, then those of 6 and the built-in fetch. */
function momentsOf(exchange: Exchange): ReadonlyMap<string | symbol, Moments> {
  const moments: Readonly<Record<string, Moments>> = {
    onRequestStart: { before: ([controller]) => exchange.started(controller) },
    onResponseStart: {
      before: ([, status, headers]) => exchange.responded(status, headers),
    },
    onResponseData: { before: ([, chunk]) => exchange.chunk(chunk) },
    onResponseEnd: { before: () => exchange.over(), after: () => exchange.ended() },
    onResponseError: { before: ([, error]) => exchange.over(error), after: ([, error]) => exchange.failed(error) },
    onRequestUpgrade: { after: () => exchange.gone() },

    onConnect: { given: (args) => exchange.connected(args) },
    onHeaders: {
      before: ([status, headers]) => exchange.responded(status, headers),
      after: (_args, result) => exchange.took(result),
    },
    onData: { before: ([chunk]) => exchange.chunk(chunk), after: (_args, result) => exchange.took(result) },
    onComplete: { before: () => exchange.over(), after: () => exchange.ended() },
    onError: { before: ([error]) => exchange.over(error), after: ([error]) => exchange.failed(error) },
    onUpgrade: { after: () => exchange.gone() },
  };
  return new Map(Object.entries(moments));
}

/** One request and its response, as the handler is told of them. Its own methods settle the observer once. */
class Exchange {
  readonly #request: DispatchedRequest;
  #observer: RequestObserver | null;
  #body: Once | null = null;
  #wire: WireReader | null = null;
  #controller: Controller | null = null;
  #full = false;

  constructor(request: DispatchedRequest, observer: RequestObserver) {
    this.#request = request;
    this.#observer = observer;
  }

  started(controller: unknown): void {
    this.#controller = typeof controller === 'object' ? controller : null;
    this.#request.started(controller);
  }

  /** An older handler gets a function to abort with, which leaves no trace of having been called. */
  connected([abort, ...rest]: readonly unknown[]): readonly unknown[] {
    if (typeof abort !== 'function') return [abort, ...rest];
    const controller = { aborted: false };
    this.#request.started(controller);
    const told: Method = (...args) => {
      controller.aborted = true;
      return (abort as Method)(...args);
    };
    return [told, ...rest];
  }

  responded(status: unknown, headers: unknown): void {
    // 1xx announce a response; they are none.
    if (typeof status !== 'number' || status < 200) return;
    const body = this.#take()?.responded(status, rawHeaders(headers));
    if (body === null || body === undefined) return;
    this.#body = new Once(body);
    this.#wire = wireReader(rawHeader(headers, 'content-encoding'), this.#body);
    // A host that has paused the response is not waiting for it; one that has not waits for the model.
    this.#body.expectReading(() => !this.#full && this.#controller?.paused !== true);
  }

  chunk(bytes: unknown): void {
    if (ArrayBuffer.isView(bytes)) this.#wire?.chunk(bytes as Uint8Array);
  }

  /** What a handler of undici 6 answers: `false`, no more for now. */
  took(result: unknown): void {
    this.#full = result === false;
  }

  over(error?: unknown): void {
    this.#request.over(error);
  }

  ended(): void {
    this.#take()?.unobservable();
    this.#wire?.finish((body) => body.ended());
    this.#wire = null;
  }

  failed(error: unknown): void {
    this.#request.over(error);
    this.#take()?.failed(error);
    this.#wire?.finish((body) => (isGivenUp(error) ? body.cancelled(error) : body.failed(error)));
    this.#wire = null;
  }

  /** The connection is no longer one of requests and responses. */
  gone(): void {
    this.#request.over();
    this.#take()?.unobservable();
  }

  /** The observer of the request, for whoever settles it first. */
  #take(): RequestObserver | null {
    const observer = this.#observer;
    this.#observer = null;
    return observer;
  }
}
