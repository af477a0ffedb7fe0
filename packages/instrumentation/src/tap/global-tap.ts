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

/**
 * A tap on `globalThis.fetch`, not yet installed.
 *
 * @param say Is told once where there is nothing that can be wrapped, and what to do about it.
 */
export function globalTap(onRequest: OnRequest, say: (message: string) => void = () => undefined): GlobalTap {
  let current: {
    readonly gate: { open: boolean };
    readonly fetch: unknown;
    readonly before: PropertyDescriptor;
  } | null = null;
  let said = false;

  const refuse = (reason: string): void => {
    if (said) return;
    said = true;
    say(`globalThis.fetch ${reason}, so its calls are not seen: hand \`understudy.fetch\` to each client instead`);
  };

  return {
    get installed(): boolean {
      return current !== null;
    },
    install(): void {
      if (current !== null) return;
      const before = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
      if (before === undefined || typeof globalThis.fetch !== 'function') return refuse('is not there');
      if (before.configurable !== true) return refuse('is frozen by another package');
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
