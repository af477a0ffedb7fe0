import { Socket } from 'node:net';
import { UnderstudyError } from '../errors.js';
import { leaseOnPostgres } from '../experiment/budget/lease-statement.js';
import { embeddedPostgresUrl, QUEUES, readEmbeddedOwner, type StoreAddress } from '../experiment/store.js';
import { raised } from '../guard.js';
import { requirePrivately } from '../shadow/private-require.js';
import { type BullMq, bullmqConnection } from './bullmq-connection.js';
import type { QueueStore } from './queue-connection.js';
import { withTimeLimit } from './time-limit.js';

type Pg = typeof import('pg');
type BullQueue = import('bullmq').Queue;
type PostgresQueue = new (name: string, options: object, backend: unknown) => BullQueue;

/**
 * The queue on PostgreSQL, or on an embedded store's owner, who is looked up each time: it may come later and move to another port.
 *
 * One connection, single statements only: on an embedded store all clients share one session, and a transaction of ours would be
 * everybody's. Tables are made by the evaluator, never here.
 */
export function postgresStore(address: Exclude<StoreAddress, { kind: 'redis' }>, timeoutMs: number): QueueStore {
  return {
    async open() {
      const connectionString =
        address.kind === 'embedded' ? embeddedPostgresUrl(readEmbeddedOwner(address.folder)) : address.url;
      const sockets = new Set<Socket>();
      const pool = new (loadPg().Pool)({
        connectionString,
        max: 1,
        keepAlive: true,
        allowExitOnIdle: true,
        application_name: 'understudy',
        options: `-c search_path=${QUEUES.postgresSchema}`,
        stream: () => unreferenced(sockets),
      });
      const failed = (error: Error): void => raised('queue.connection', error);
      pool.on('error', failed);
      // A client that is in use has no other listener, and its error would end the host.
      pool.on('connect', (client) => client.on('error', failed));
      const cut = (): void => {
        // Its own time limits and its own end would wait, and hold the host, for a server that is silent.
        for (const socket of sockets) socket.destroy();
        pool.end().catch(() => undefined);
      };
      try {
        const { Queue, createPostgresBackend } = requirePrivately('bullmq') as BullMq;
        const open = (name: string): BullQueue =>
          // Through the constructor's own parameter: `withBackend` would not take a pool.
          new (Queue as unknown as PostgresQueue)(
            name,
            { connection: pool, skipMetasUpdate: true },
            createPostgresBackend,
          );
        const pairs = open(QUEUES.pairs);
        const settings = open(QUEUES.settings);
        const connection = bullmqConnection(
          {
            pairs,
            settings,
            memory: () => Promise.resolve(null),
            lease: (request) => leaseOnPostgres((sql, values) => pool.query(sql, [...values]), request),
            cut,
          },
          timeoutMs,
        );
        await withTimeLimit('connect', timeoutMs, () =>
          Promise.all([pairs.waitUntilReady(), settings.waitUntilReady()]),
        );
        return connection;
      } catch (error) {
        cut();
        throw error;
      }
    },
  };
}

function loadPg(): Pg {
  try {
    return requirePrivately('pg') as Pg;
  } catch (cause) {
    throw new UnderstudyError(
      'no_pg',
      'a queue on PostgreSQL or an embedded store needs the package `pg`: npm install pg',
      { cause },
    );
  }
}

/** The connection must not keep the host alive, not even while a statement is under way. */
function unreferenced(sockets: Set<Socket>): Socket {
  const socket = new Socket().unref();
  socket.ref = () => socket;
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  return socket;
}
