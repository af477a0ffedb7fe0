import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Running, startEvaluator } from '../end-to-end/processes.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { startWorldServer, type WorldServer } from './faults-servers.js';
import { refusingPostgres } from './faulty-postgres.js';
import { type FaultyProxy, type ProxyFault, startProxy } from './faulty-proxy.js';
import { refusingRedis } from './faulty-redis.js';

export const PLACES = ['candidate', 'Redis', 'PostgreSQL', 'OTLP collector', 'evaluator'] as const;
export type Place = (typeof PLACES)[number];

export const FAULTS = [
  'down at start',
  'killed',
  'stopped (SIGSTOP)',
  'answering 500',
  'slow by 60 s',
  'answering garbage',
  'resetting in mid-stream',
] as const;
export type Fault = (typeof FAULTS)[number];

/** What a server that answers does wrong. */
const MISBEHAVIOUR = {
  'answering 500': 'error',
  'slow by 60 s': 'slow',
  'answering garbage': 'garbage',
  'resetting in mid-stream': 'reset',
} as const satisfies Partial<Record<Fault, ProxyFault>>;

/** Something that can be ended, stopped, and made to answer wrongly. */
interface Victim {
  kill(): Promise<unknown>;
  restart(): Promise<unknown>;
  stop(): void;
  resume(): void;
  misbehave(how: ProxyFault): Promise<void> | void;
}

/** The world around a service: real servers, each with what can make it fail. */
export interface World extends AsyncDisposable {
  readonly provider: string;
  readonly candidate: string;
  readonly collector: string;
  /** As the service reaches them: through a proxy. */
  readonly queues: { readonly redis: string; readonly postgres: string };
  /** The same without it, and the ledger. */
  readonly behind: { readonly redis: string; readonly postgres: string; readonly ledger: string };
  /** Starts the evaluator of a queue, on a ledger of its own. The one before it is ended. */
  evaluate(queue: 'redis' | 'postgres'): Promise<void>;
  evaluatorLog(): string;
  /** `ledger`: the PostgreSQL behind the evaluator. */
  fail(place: Place | 'ledger', fault: Fault): Promise<void>;
  lift(place: Place | 'ledger', fault: Fault): Promise<void>;
}

/** How its servers over HTTP are started. */
export type Servers = Readonly<Record<'provider' | 'candidate' | 'collector', () => Promise<WorldServer>>>;

const SERVERS: Servers = {
  provider: () => startWorldServer('model'),
  candidate: () => startWorldServer('model'),
  collector: () => startWorldServer('collector'),
};

export async function startWorld(servers = SERVERS): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-chaos-'));
  const redis = await startRedis({ appendonly: true });
  const postgres = await startPostgres();
  const ledgers = await startPostgres();
  const provider = await servers.provider();
  const candidate = await servers.candidate();
  const collector = await servers.collector();
  const redisProxy = await startProxy(redis, refusingRedis);
  const postgresProxy = await startProxy(postgres, refusingPostgres);
  const ledgerProxy = await startProxy(ledgers, refusingPostgres);
  const queue = await postgres.createDatabase();
  const through = (url: string, proxy: FaultyProxy): string => url.replace(/:\d+(?=\/|$)/, `:${proxy.port}`);

  let evaluator: Running | null = null;
  let ledger = '';
  const config = join(folder, 'understudy.yaml');
  const startIt = async (): Promise<void> => {
    evaluator = await startEvaluator(config);
  };
  const killIt = async (): Promise<void> => {
    const running = evaluator;
    evaluator = null;
    if (running === null) return;
    running.child.kill('SIGKILL');
    while (running.child.exitCode === null && running.child.signalCode === null) await sleep(5);
  };
  const victims: Record<Place | 'ledger', Victim> = {
    candidate: overHttp(candidate),
    Redis: { ...server(redis), misbehave: (how) => void (redisProxy.fault = how) },
    PostgreSQL: { ...server(postgres), misbehave: (how) => void (postgresProxy.fault = how) },
    'OTLP collector': overHttp(collector),
    ledger: { ...server(ledgers), misbehave: (how) => void (ledgerProxy.fault = how) },
    evaluator: {
      kill: killIt,
      restart: startIt,
      stop: () => void evaluator?.child.kill('SIGSTOP'),
      resume: () => void evaluator?.child.kill('SIGCONT'),
      misbehave: (how) => void (ledgerProxy.fault = how),
    },
  };
  return {
    provider: provider.origin,
    candidate: candidate.origin,
    collector: collector.origin,
    queues: { redis: through(redis.url, redisProxy), postgres: through(queue, postgresProxy) },
    behind: {
      redis: redis.url,
      postgres: queue,
      get ledger() {
        return ledger;
      },
    },
    async evaluate(kind) {
      await killIt();
      ledger = await ledgers.createDatabase();
      const url = kind === 'redis' ? redis.url : queue;
      writeFileSync(
        config,
        `version: 1\nqueue: { url: "${url}" }\nledger: { url: "${through(ledger, ledgerProxy)}" }\nexperiments: []\n`,
      );
      await startIt();
    },
    evaluatorLog: () => evaluator?.log() ?? '',
    async fail(place, fault) {
      const victim = victims[place];
      if (fault === 'down at start' || fault === 'killed') await victim.kill();
      else if (fault === 'stopped (SIGSTOP)') victim.stop();
      else await victim.misbehave(MISBEHAVIOUR[fault]);
    },
    async lift(place, fault) {
      const victim = victims[place];
      if (fault === 'down at start' || fault === 'killed') await victim.restart();
      else if (fault === 'stopped (SIGSTOP)') victim.resume();
      else await victim.misbehave('ok');
    },
    async [Symbol.asyncDispose]() {
      await killIt();
      for (const proxy of [redisProxy, postgresProxy, ledgerProxy]) await proxy[Symbol.asyncDispose]();
      for (const each of [provider, candidate, collector]) await each[Symbol.asyncDispose]();
      await Promise.all([redis.stop(), postgres.stop(), ledgers.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function overHttp(target: WorldServer): Victim {
  return {
    kill: () => target.kill(),
    restart: () => target.restart(),
    stop: () => target.signal('SIGSTOP'),
    resume: () => target.signal('SIGCONT'),
    misbehave: (how) => target.misbehave(how),
  };
}

function server(target: RedisServer | PostgresServer): Omit<Victim, 'misbehave'> {
  return {
    kill: () => target.kill(),
    restart: () => target.restart(),
    stop: () => target.pause(),
    resume: () => target.resume(),
  };
}
