import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, UnderstudyError } from '../errors.js';
import { shownAddress } from './address.js';

/** Where the queue or the ledger lives. */
export type StoreAddress =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'embedded'; readonly folder: string };

/** The names both sides use in the queue's store. The braces keep all keys of a queue in one Redis Cluster slot. */
export const QUEUES: {
  readonly prefix: string;
  /** One batch a job. */
  readonly pairs: string;
  /** One pair a job. */
  readonly judge: string;
  /** Never worked on: values shared by all producers, one job each, its id the value's name. First writer wins. */
  readonly settings: string;
  /** The schema of the queue's tables on PostgreSQL. */
  readonly postgresSchema: string;
} = {
  prefix: '{understudy}',
  pairs: 'understudy-pairs',
  judge: 'understudy-judge',
  settings: 'understudy-settings',
  postgresSchema: 'bullmq',
};

/** What is said of a URL of PostgreSQL whose driver would throw on it. */
export const WHOLE_URL =
  'expected a URL such as postgres://user:password@host:5432/database, with `%2F` for a slash in the password';

/** Whether the driver can read the URL: as it does, a missing host (a socket) is let pass. Other stores' URLs always are. */
export function canConnectBy(url: string): boolean {
  if (!/^postgres(ql)?:/.test(url)) return true;
  const encoded = url.replaceAll(' ', '%20');
  return URL.canParse(encoded) || URL.canParse(encoded.replace('@/', '@socket/'));
}

/** Reads a store's URL. Throws {@link ConfigurationError}. */
export function parseStoreUrl(url: string): StoreAddress {
  if (/^rediss?:\/\//.test(url)) return { kind: 'redis', url };
  if (/^postgres(ql)?:\/\//.test(url)) {
    if (!canConnectBy(url))
      throw new ConfigurationError('store URL', [`${WHOLE_URL}, got ${shownAddress(url) ?? 'a string'}`]);
    return { kind: 'postgres', url };
  }
  if (url.startsWith('embedded:') && url.length > 'embedded:'.length) {
    return { kind: 'embedded', folder: url.slice('embedded:'.length) };
  }
  throw new ConfigurationError('store URL', [
    `expected redis://, rediss://, postgres:// or embedded:FOLDER, got \`${url.slice(0, 12).replace(/\/\/.*/, '//')}...\``,
  ]);
}

/** What may be said aloud of where a store is: no password, whatever signs it holds. */
export function shownStore(address: StoreAddress): string {
  return address.kind === 'embedded' ? `embedded:${address.folder}` : (shownAddress(address.url) ?? address.kind);
}

/** The process that owns an embedded store, as its lock file says. It serves the PostgreSQL protocol on loopback. */
export interface EmbeddedOwner {
  readonly pid: number;
  readonly port: number;
}

/** The lock file of an embedded store's folder. */
export function embeddedLockFile(folder: string): string {
  return join(folder, 'owner.json');
}

/** Finds who serves an embedded store. Throws a retryable {@link UnderstudyError} where nobody does yet. */
export function readEmbeddedOwner(folder: string): EmbeddedOwner {
  const path = embeddedLockFile(folder);
  try {
    const { pid, port } = JSON.parse(readFileSync(path, 'utf8')) as { pid?: unknown; port?: unknown };
    if (Number.isInteger(pid) && Number.isInteger(port) && Number(port) > 0)
      return { pid: Number(pid), port: Number(port) };
  } catch (cause) {
    throw notServed(path, cause);
  }
  throw notServed(path, undefined);
}

/** The PostgreSQL URL of an embedded store's owner. */
export function embeddedPostgresUrl(owner: EmbeddedOwner): string {
  return `postgres://postgres:postgres@127.0.0.1:${owner.port}/postgres?sslmode=disable`;
}

function notServed(path: string, cause: unknown): UnderstudyError {
  return new UnderstudyError(
    'store_not_served',
    `nobody serves the embedded store of ${path}: start \`understudy run\``,
    {
      cause,
      retryable: true,
    },
  );
}
