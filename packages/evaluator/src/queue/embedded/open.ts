import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { embeddedPostgresUrl, QUEUES } from '@understudy/instrumentation/experiment';
import { StoreError, UnderstudyError } from '../../errors.js';
import { migrateQueue } from '../migrate.js';
import { type FolderLock, isFolderLock, isServed, lockFolder } from './lock.js';
import { serveSession } from './server.js';

/** An embedded store, reached over its owner's port. */
export interface EmbeddedStore {
  readonly url: string;
  /** This process serves it; others reach it only until `close`. */
  readonly owned: boolean;
  /** Resolves when the other process that serves it does so no longer: the URL then leads nowhere. */
  readonly gone: Promise<void>;
  close(): Promise<void>;
}

/** How long an owner that holds the lock may take until it serves. */
const STARTING_MS = 30_000;
/** How often it is looked whether the owner is there. */
const LOOK_MS = 500;

/**
 * Opens the store of a folder: serves it where nobody does, else connects to who does. Even its owner reaches it through the
 * port: a query inside the process would run within whatever transaction a client has open.
 */
export async function openEmbedded(folder: string, options: { memory?: boolean } = {}): Promise<EmbeddedStore> {
  await mkdir(folder, { recursive: true });
  const until = Date.now() + STARTING_MS;
  for (;;) {
    const lock = await lockFolder(folder);
    if (isFolderLock(lock)) return serve(folder, lock, options.memory ?? false);
    if (lock.port > 0) return { url: embeddedPostgresUrl(lock), owned: false, ...watch(folder, lock.port) };
    if (Date.now() > until) throw new StoreError(`process ${lock.pid} holds the store ${folder} and does not serve it`);
    await sleep(50);
  }
}

/** Looks after the owner until `close`. */
function watch(folder: string, port: number): Pick<EmbeddedStore, 'gone' | 'close'> {
  const closing = new AbortController();
  const look = async (): Promise<void> => {
    while (await isServed(folder, port)) await sleep(LOOK_MS, undefined, { signal: closing.signal, ref: false });
  };
  // Closed, it is never gone.
  const gone = look().catch(() => new Promise<void>(() => undefined));
  return { gone, close: async () => closing.abort() };
}

async function serve(folder: string, lock: FolderLock, memory: boolean): Promise<EmbeddedStore> {
  let session: PGlite | undefined;
  try {
    session = await PGlite.create(memory ? {} : { dataDir: join(folder, 'data') });
    // Clients cannot set it: what they ask for when they connect is ignored.
    await session.exec(
      `create schema if not exists ${QUEUES.postgresSchema}; set search_path to ${QUEUES.postgresSchema}`,
    );
    const server = await serveSession(session);
    const url = embeddedPostgresUrl({ pid: process.pid, port: server.port });
    await migrateQueue(url);
    await lock.publish(server.port);
    return { url, owned: true, gone: new Promise(() => undefined), close: once(session, server, lock) };
  } catch (error) {
    await session?.close().catch(() => undefined);
    await lock.release();
    if (UnderstudyError.isInstance(error)) throw error;
    throw new StoreError(`the embedded store ${folder} cannot be opened`, { cause: error });
  }
}

/** First nobody can reach it, then it is closed, and only then is the folder free. */
function once(session: PGlite, server: { stop(): Promise<void> }, lock: FolderLock): () => Promise<void> {
  let closing: Promise<void> | null = null;
  return () =>
    (closing ??= (async () => {
      try {
        await server.stop();
        await session.close();
      } finally {
        await lock.release();
      }
    })());
}
