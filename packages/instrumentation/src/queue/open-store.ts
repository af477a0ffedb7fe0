import { parseStoreUrl } from '../experiment/store.js';
import { postgresStore } from './postgres-store.js';
import type { QueueStore } from './queue-connection.js';
import { redisStore } from './redis-store.js';

/** The store a URL names. Nothing is connected yet. Throws a `ConfigurationError` for a URL that names none. */
export function queueStore(url: string, timeoutMs: number): QueueStore {
  const address = parseStoreUrl(url);
  return address.kind === 'redis' ? redisStore(address.url, timeoutMs) : postgresStore(address, timeoutMs);
}
