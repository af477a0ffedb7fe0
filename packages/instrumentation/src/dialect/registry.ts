import type { Dialect } from './dialect.js';
import * as protocols from './protocols.js';

/** Every protocol that is understood, by its name in the list of them. No two take the same request for theirs: the order is none. */
export const DIALECTS: readonly Dialect[] = Object.values(protocols);

/** The dialect a request speaks, by method and path alone; `null` for everything that is not a call to a model. */
export function dialectOf(method: string, url: URL, dialects: readonly Dialect[] = DIALECTS): Dialect | null {
  return dialects.find((dialect) => dialect.recognises(method, url)) ?? null;
}
