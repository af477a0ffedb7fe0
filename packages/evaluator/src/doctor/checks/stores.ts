import type { LedgerFacts } from '../../ledger/ledger-facts.js';
import type { RedisFacts } from '../../queue/redis-facts.js';
import { type Finding, fail, ok, skipped, warn } from '../finding.js';
import { checkClock } from './clock.js';
import { checkQueueClients } from './queue-clients.js';

/** From here on services offer no pairs. */
const FULL = 0.8;

/** What a Redis that holds the queue must be like. Pure. */
export function checkRedis({ eviction, memory, persistence, clock, clients }: RedisFacts): readonly Finding[] {
  return [
    ...checkQueueClients(clients),
    checkEviction(eviction),
    checkMemory(memory),
    checkPersistence(persistence),
    checkClock('queue', clock.differenceMs, clock.aroundMs),
  ];
}

function checkEviction(policy: string | null): Finding {
  const check = 'redis eviction';
  if (policy === null) return skipped(check, 'the server does not tell its maxmemory-policy');
  if (policy === 'noeviction') return ok(check, policy);
  return fail(
    check,
    `maxmemory-policy ${policy}: pairs on the queue may vanish`,
    'maxmemory-policy noeviction (CONFIG SET, and in redis.conf); a cache that wants another policy needs a Redis of its own',
  );
}

function checkMemory({ used, limit }: RedisFacts['memory']): Finding {
  const check = 'redis memory';
  const fix = 'is an evaluator running and keeping up (`understudy status`)? Else raise maxmemory';
  if (limit === 0) {
    const why = 'set maxmemory: services stop offering pairs at 80 % of it, and without it nothing tells them';
    return warn(check, `${mebibytes(used)} used, no maxmemory`, why);
  }
  const found = `${mebibytes(used)} of ${mebibytes(limit)}, ${Math.round((100 * used) / limit)} %`;
  return used < FULL * limit ? ok(check, found) : fail(check, `${found}: services offer no pairs`, fix);
}

function checkPersistence(persistence: RedisFacts['persistence']): Finding {
  const check = 'redis persistence';
  switch (persistence) {
    case 'append_only':
      return ok(check, 'append-only file');
    case 'snapshots':
      return warn(check, 'snapshots only', 'what came since the last one is lost with the server: appendonly yes');
    case 'none':
      return warn(check, 'none', 'what is on the queue is lost with the server: appendonly yes');
    case null:
      return skipped(check, 'the server does not tell its settings');
  }
}

/** What a PostgreSQL that holds the ledger must be like. Pure. */
export function checkLedger({ server, migration, newest, clock }: LedgerFacts): readonly Finding[] {
  return [checkMigrations(server, migration, newest), checkClock('ledger', clock.differenceMs, clock.aroundMs)];
}

function checkMigrations(server: string, migration: number | null, newest: number): Finding {
  const check = 'ledger';
  const on = `PostgreSQL ${server}`;
  if (migration === null) return warn(check, `${on}, empty`, '`understudy run` makes its tables');
  if (migration < newest) {
    const found = `${on}, migration ${migration} of ${newest}`;
    return warn(check, found, '`understudy run` of this version brings it up to date');
  }
  if (migration > newest) {
    const found = `${on}, migration ${migration}, made by a newer version (this one has ${newest})`;
    return fail(check, found, 'upgrade @understudy/evaluator here');
  }
  return ok(check, `${on}, migration ${migration}`);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
