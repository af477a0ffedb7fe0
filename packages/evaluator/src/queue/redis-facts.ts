import { QUEUES } from '@understudy/instrumentation/experiment';
import { Redis } from 'ioredis';

/** What a Redis says of itself. */
export interface RedisFacts {
  /** Null: it does not say. */
  readonly eviction: string | null;
  /** Bytes; a limit of 0 is none. */
  readonly memory: { readonly used: number; readonly limit: number };
  readonly persistence: 'append_only' | 'snapshots' | 'none' | null;
  /** Null: it does not say. */
  readonly clients: QueueClients | null;
  /** Its clock less ours, in milliseconds, and how long the question took. */
  readonly clock: { readonly differenceMs: number; readonly aroundMs: number };
}

/** Who is connected to a queue's Redis, to this very database, and how much waits there. */
export interface QueueClients {
  readonly services: number;
  readonly evaluators: number;
  /** Batches that nobody has taken. */
  readonly waiting: number;
}

const CONNECT_MS = 5_000;

/** Asks a Redis about itself. Rejects where it cannot be reached; changes nothing. */
export async function readRedisFacts(url: string, now: () => number = Date.now): Promise<RedisFacts> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectionName: 'understudy-doctor',
  });
  let why: unknown = null;
  client.on('error', (error) => (why ??= error));
  try {
    // It says of a connection that it is closed; why, it says to whoever listens.
    await client.connect().catch((error: unknown) => {
      throw why ?? error;
    });
    const before = now();
    const [seconds, micros] = await client.time();
    const after = now();
    const info = fieldsOf(await client.info());
    const number = (name: string): number => Number(info.get(name) ?? 0);
    return {
      eviction: info.get('maxmemory_policy') ?? null,
      memory: { used: number('used_memory'), limit: number('maxmemory') },
      clients: await queueClients(client),
      persistence: info.get('aof_enabled') === '1' ? 'append_only' : await snapshots(client),
      clock: {
        differenceMs: Number(seconds) * 1000 + Number(micros) / 1000 - (before + after) / 2,
        aroundMs: after - before,
      },
    };
  } finally {
    client.disconnect();
  }
}

/** Servers of a provider may refuse to tell their settings. */
async function snapshots(client: Redis): Promise<RedisFacts['persistence']> {
  const answer = (await client.config('GET', 'save').catch(() => null)) as readonly string[] | null;
  if (answer === null) return null;
  return (answer[1] ?? '') === '' ? 'none' : 'snapshots';
}

/** By the names they give their connections: a service's is `understudy`, BullMQ names a worker's by its queue. */
async function queueClients(client: Redis): Promise<QueueClients | null> {
  const [listed, own, waiting] = await Promise.all([
    client.client('LIST').catch(() => null),
    client.client('INFO').catch(() => null),
    client.llen(`${QUEUES.prefix}:${QUEUES.pairs}:wait`).catch(() => null),
  ]);
  if (typeof listed !== 'string' || typeof own !== 'string' || waiting === null) return null;
  const field = (line: string, name: string): string | undefined => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1];
  const here = listed.split('\n').filter((line) => line !== '' && field(line, 'db') === field(own, 'db'));
  const names = here.map((line) => field(line, 'name') ?? '');
  return {
    services: names.filter((name) => name === 'understudy').length,
    evaluators: names.filter((name) => name === 'understudy-evaluator' || name.startsWith(`${QUEUES.prefix}:`)).length,
    waiting,
  };
}

function fieldsOf(info: string): ReadonlyMap<string, string> {
  const lines = info.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
