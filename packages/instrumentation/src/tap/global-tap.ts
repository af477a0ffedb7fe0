import { canObserveControllers } from './native-controller.js';
import type { OnRequest } from './observer.js';
import { tapFetch } from './tap-fetch.js';

/** The tap on the process's fetch. */
export interface GlobalTap {
  /** Wraps `globalThis.fetch`; does nothing where it is wrapped already. */
  install(): void;
  /** Puts the fetch from before back if ours is still the global one; else leaves the chain as it is and only stops looking. */
  uninstall(): void;
  readonly installed: boolean;
}

/** A tap on `globalThis.fetch`, not yet installed. */
export function globalTap(onRequest: OnRequest): GlobalTap {
  let current: {
    readonly gate: { open: boolean };
    readonly fetch: unknown;
    readonly before: PropertyDescriptor;
  } | null = null;

  return {
    get installed(): boolean {
      return current !== null;
    },
    install(): void {
      if (current !== null) return;
      const before = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
      if (before?.configurable !== true || typeof globalThis.fetch !== 'function') return;
      canObserveControllers();
      const gate = { open: true };
      const tapped = tapFetch(globalThis.fetch, onRequest, gate);
      const { configurable, enumerable } = before;
      Object.defineProperty(globalThis, 'fetch', {
        configurable,
        enumerable: enumerable ?? true,
        writable: true,
        value: tapped,
      });
      current = { gate, fetch: tapped, before };
    },
    uninstall(): void {
      if (current === null) return;
      current.gate.open = false;
      if (globalThis.fetch === current.fetch) Object.defineProperty(globalThis, 'fetch', current.before);
      current = null;
    },
  };
}
