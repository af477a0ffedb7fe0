import { keepStringsFast, QUEUES } from '@understudy/instrumentation/experiment';
import { createPostgresBackend, Queue, Worker, type Processor, type WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';

// Loading ioredis has made strings slow, and answers are scored here.
keepStringsFast();

/** Settings of a worker that do not depend on the store. */
export type WorkerSettings = Omit<WorkerOptions, 'connection' | 'prefix' | 'drainDelay'>;

/** Connections to one store's queues. Shared code never asks which store it is. */
export interface Queues {
  worker(name: string, processor: Processor<unknown, void>, settings: WorkerSettings): Worker<unknown, void>;
  queue(name: string): Queue<unknown>;
  /** When jobs were put on a queue, in epoch ms, in any order; nothing of those that are gone. Of their data nothing is read. */
  addedAt(name: string, ids: readonly string[]): Promise<readonly number[]>;
  /** Ends the connections, after the workers and queues made from them are closed. */
  close(): Promise<void>;
}

/** Seconds an idle worker waits for a call before it looks for itself. */
const POLL_SECONDS = 5;
const CONNECT_MS = 10_000;
const RECONNECT_MOST_MS = 2_000;
/** The worker's own listening connection, its fetches and completions, and the looks at the queue's length. */
const CONNECTIONS = 8;

export function redisQueues(url: string): Queues {
  const clients: Redis[] = [];
  // BullMQ's workers want commands that wait for the server to come back.
  const connect = (): Redis => {
    const client = new Redis(url, {
      maxRetriesPerRequest: null,
      connectTimeout: CONNECT_MS,
      connectionName: 'understudy-evaluator',
      retryStrategy: (times) => Math.min(times * 100, RECONNECT_MOST_MS),
    });
    // Whoever uses the client is told as well.
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };
  const common = { prefix: QUEUES.prefix, skipVersionCheck: true };
  let looking: Redis | null = null;
  return {
    worker: (name, processor, settings) =>
      new Worker(name, processor, { ...settings, ...common, drainDelay: POLL_SECONDS, connection: connect() }),
    queue: (name) => new Queue(name, { ...common, skipMetasUpdate: true, connection: connect() }),
    addedAt: async (name, ids) => {
      const client = (looking ??= connect());
      const times = await Promise.all(ids.map((id) => client.hget(`${QUEUES.prefix}:${name}:${id}`, 'timestamp')));
      return times.flatMap((time) => (time === null ? [] : Number(time)));
    },
    close: async () => {
      for (const client of clients) client.disconnect();
    },
  };
}

export function postgresQueues(url: string, { pollSeconds = POLL_SECONDS }: { pollSeconds?: number } = {}): Queues {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: 30_000,
    keepAlive: true,
    application_name: 'understudy-evaluator',
    options: `-c search_path=${QUEUES.postgresSchema}`,
  });
  pool.on('error', () => undefined);
  // One in use has no other listener between two statements, and its error would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  let closing: Promise<void> | null = null;
  return {
    worker: (name, processor, settings) =>
      new PostgresWorker(
        name,
        processor,
        { ...settings, drainDelay: pollSeconds, connection: pool },
        createPostgresBackend,
      ),
    queue: (name) => new PostgresQueue(name, { skipMetasUpdate: true, connection: pool }, createPostgresBackend),
    addedAt: async (name, ids) => {
      const { rows } = await pool.query<{ added: string }>(
        `select added_at_ms as added from ${QUEUES.postgresSchema}.job where queue = $1 and id = any($2)`,
        [name, ids],
      );
      return rows.map(({ added }) => Number(added));
    },
    close: () => (closing ??= pool.end()),
  };
}

/**
 * The backend is the last parameter of the classes themselves; `withBackend` binds it, and types the connection as what a
 * backend accepts.
 */
type BackendOf<Name extends 'Worker' | 'Queue'> = Name extends 'Worker'
  ? new (
      name: string,
      processor: Processor<unknown, void>,
      settings: WorkerSettings & { drainDelay: number; connection: pg.Pool },
      backend: typeof createPostgresBackend,
    ) => Worker<unknown, void>
  : new (
      name: string,
      settings: { skipMetasUpdate: boolean; connection: pg.Pool },
      backend: typeof createPostgresBackend,
    ) => Queue<unknown>;
const PostgresWorker = Worker as unknown as BackendOf<'Worker'>;
const PostgresQueue = Queue as unknown as BackendOf<'Queue'>;
