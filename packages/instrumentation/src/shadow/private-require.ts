import { createRequire } from 'node:module';

const loaded = new Map<string, unknown>();

/**
 * Loads a CommonJS package for ourselves alone: what it put into the module cache is taken out again.
 *
 * The host may load the same package later, and must find it unloaded: instrumentations patch a module when it is first
 * loaded, and some packages act on the process when they are. Synchronous, so that nothing of the host runs in between; tens
 * of milliseconds, so never inside a primary call, and only once: a queue that is away is tried again every two seconds. A package
 * the host has already loaded is shared with it.
 */
export function requirePrivately(name: string): unknown {
  if (!loaded.has(name)) loaded.set(name, requireUncached(name));
  return loaded.get(name);
}

function requireUncached(name: string): unknown {
  const require = createRequire(import.meta.url);
  const known = new Set(Object.keys(require.cache));
  try {
    return require(name);
  } finally {
    for (const path of Object.keys(require.cache)) if (!known.has(path)) delete require.cache[path];
  }
}
