import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { UnderstudyError } from '../errors.js';
import { keepStringsFast } from '../fast-strings.js';

const loaded = new Map<string, unknown>();

/**
 * Loads a CommonJS package for ourselves alone: what it put into the module cache is taken out again.
 *
 * The host may load the same package later, and must find it unloaded: instrumentations patch a module when it is first
 * loaded, and some packages act on the process when they are. Synchronous, so that nothing of the host runs in between; tens
 * of milliseconds, so never inside a primary call, and only once: a queue that is away is tried again every two seconds. A package
 * the host has already loaded is shared with it. Its classes do not make the host's strings slow.
 */
export function requirePrivately(name: string): unknown {
  if (!loaded.has(name)) loaded.set(name, requireUncached(name));
  return loaded.get(name);
}

function requireUncached(name: string): unknown {
  const require = createRequire(requiredFrom());
  const known = new Set(Object.keys(require.cache));
  keepStringsFast();
  try {
    return require(name);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    const fix =
      'where a service is bundled, keep @understudy/instrumentation external and install it beside the bundle';
    throw new UnderstudyError('package_missing', `the package \`${name}\` cannot be found: ${fix}`, { cause });
  } finally {
    for (const path of Object.keys(require.cache)) if (!known.has(path)) delete require.cache[path];
  }
}

/** This file; or the program, where a bundler has made CommonJS of it, which has no `import.meta`. */
function requiredFrom(): string {
  const own: string | undefined = import.meta.url;
  const [, program = ''] = process.argv;
  return own ?? (isAbsolute(program) ? program : join(process.cwd(), 'index.js'));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
}
