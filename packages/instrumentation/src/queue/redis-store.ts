import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers';
import type { LeaseReply, LeaseRequest } from '../experiment/budget/lease.js';
import { LEASE_SCRIPT, leaseArguments, leaseKeys, readLeaseReply } from '../experiment/budget/lease-script.js';
import { QUEUES } from '../experiment/store.js';
import { raised } from '../guard.js';
import { requirePrivately } from '../shadow/private-require.js';
import { type BullMq, bullmqConnection } from './bullmq-connection.js';
import type { QueueStore, StoreMemory } from './queue-connection.js';
import { withTimeLimit } from './time-limit.js';

type IoRedis = typeof import('ioredis');
type Client = import('ioredis').Redis;

/**
 * The queue on Redis. A connection is tried once and given up whole: no offline queue and no reconnecting of the client's own, since
 * both hold on to what was sent while the server is silent.
 */
export function redisStore(url: string, timeoutMs: number): QueueStore {
  return {
    async open() {
      const { Redis } = requirePrivately('ioredis') as IoRedis;
      const client = new Redis(url, {
        lazyConnect: true,
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
        connectTimeout: timeoutMs,
        connectionName: 'understudy',
      });
      client.on('error', (error) => raised('queue.connection', error));
      try {
        // BullMQ's queue waits for ever for a client that is not ready: it is made only afterwards.
        await withTimeLimit('connect', timeoutMs, () => connected(client));
        const { Queue } = requirePrivately('bullmq') as BullMq;
        const options = { connection: client, prefix: QUEUES.prefix, skipVersionCheck: true, skipMetasUpdate: true };
        const pairs = new Queue(QUEUES.pairs, options);
        const settings = new Queue(QUEUES.settings, options);
        return bullmqConnection(
          {
            pairs,
            settings,
            memory: () => memory(client),
            lease: (request) => lease(client, request),
            cut: () => cut(client),
          },
          timeoutMs,
        );
      } catch (error) {
        cut(client);
        throw error;
      }
    },
  };
}

async function connected(client: Client): Promise<void> {
  const connecting = client.connect();
  // Its socket must not keep the host alive. It exists from the next turn of the loop on.
  setImmediate(() => socketOf(client)?.unref());
  await connecting;
}

/** The client's own `disconnect` leaves a timer of two seconds that keeps the host alive, however often it is called. */
function cut(client: Client): void {
  const socket = socketOf(client);
  if (socket === undefined) client.disconnect();
  else socket.destroy();
}

function socketOf(client: Client): Socket | undefined {
  return (client as { stream?: Socket }).stream;
}

async function lease(client: Client, request: LeaseRequest): Promise<LeaseReply> {
  const keys = leaseKeys(request);
  return readLeaseReply(await client.eval(LEASE_SCRIPT, keys.length, ...keys, ...leaseArguments(request)));
}

/** Of a server whose rules forbid to ask, nothing is known: no reason to send it nothing. */
async function memory(client: Client): Promise<StoreMemory | null> {
  try {
    const [of, clients] = await Promise.all([client.info('memory'), client.info('clients')]);
    const limitBytes = numberIn(of, 'maxmemory');
    if (limitBytes === 0) return null;
    const policy = /^maxmemory_policy:([\w-]{1,32})/m.exec(of)?.[1] ?? 'noeviction';
    return {
      usedBytes: numberIn(of, 'used_memory'),
      limitBytes,
      clients: numberIn(clients, 'connected_clients'),
      evicts: policy === 'noeviction' ? null : policy,
    };
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return null;
    throw error;
  }
}

function numberIn(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}
