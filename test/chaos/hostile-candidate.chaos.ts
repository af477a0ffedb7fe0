import { spawn, spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { attacksBy, GOOD } from './hostile-candidate-attacks.js';
import { createProvider } from './hostile-candidate-provider.js';
import type { HostileOrder, HostileReport } from './hostile-candidate.js';
import { report } from './report.js';
import { scaled } from './scale.js';

const MEBIBYTE = 1024 * 1024;
const TIMEOUT_MS = 2000;
const PER_SECOND = 25;
const LIMITS = { rssMiB: 32, p99Ms: 20, afterTimeoutMs: 1000 };
const AGAIN = 'a good answer, once more';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Candidate {
  readonly origin: string;
  readonly stop: () => void;
}

/** A process that answers what the first line it prints says. */
async function startCandidate(elsewhere: string): Promise<Candidate> {
  const child = spawn(process.execPath, [here('hostile-candidate-server.ts'), elsewhere], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the candidate has ended')));
    child.stdout.once('data', (line: Buffer) => resolve(/(\d+)\s*$/.exec(line.toString())?.[1] ?? ''));
  });
  return { origin: `http://127.0.0.1:${port}`, stop: () => void child.kill('SIGKILL') };
}

/** A process that gets a processor as soon as it wants one, where that may be asked for: what else this machine does is not measured. */
const FIRST: readonly string[] = spawnSync('chrt', ['-r', '1', 'true']).status === 0 ? ['chrt', '-r', '1'] : [];

/** As V8 had it for years: by default it is doubled, 50 MiB at a time, when V8 sees fit, which says nothing of an attack. */
const HEAP: readonly string[] = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

async function runService(order: HostileOrder): Promise<HostileReport> {
  const [command, ...args] = [...FIRST, process.execPath, ...HEAP, here('hostile-candidate-service.ts')] as const;
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HOSTILE: JSON.stringify(order) },
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(printed) as HostileReport;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const provider = createProvider();
let askedElsewhere = 0;
const elsewhere = createServer((_, outgoing) => {
  askedElsewhere += 1;
  outgoing.end('a secret');
});

interface Measured {
  readonly name: string;
  readonly ours: HostileReport;
  /** The same service without us, at the same time. */
  readonly bare: HostileReport;
}

describeWithRedis('a candidate that attacks', () => {
  const measured: Measured[] = [];
  const attacks = attacksBy('127.0.0.1:9');
  let redis: RedisServer;
  let candidate: Candidate;
  let order: HostileOrder;
  let allowedHosts: ReadonlySet<string>;

  async function measure(name: string, attack: string): Promise<Measured> {
    const [ours, bare] = await Promise.all([
      runService({ ...order, candidate: `${candidate.origin}/${encodeURIComponent(attack)}/v1` }),
      runService({ ...order, candidate: null }),
    ]);
    const one = { name, ours, bare };
    measured.push(one);
    return one;
  }

  beforeAll(async () => {
    redis = await startRedis();
    const port = await listen(provider);
    candidate = await startCandidate(`127.0.0.1:${await listen(elsewhere)}`);
    order = {
      provider: `http://127.0.0.1:${port}`,
      candidate: null,
      queue: redis.url,
      perSecond: PER_SECOND,
      warmUpMs: scaled(3000, 1000),
      ms: scaled(4000, 1000),
      timeoutMs: TIMEOUT_MS,
    };
    allowedHosts = new Set([new URL(candidate.origin).host, `127.0.0.1:${port}`, `127.0.0.1:${redis.port}`]);
  });

  afterAll(async () => {
    candidate.stop();
    provider.close();
    elsewhere.close();
    await redis.stop();
    printReport(measured, order);
  });

  it('is measured beside a good one', async () => {
    const { ours } = await measure(GOOD, GOOD);
    await measure(AGAIN, GOOD);
    expect(new Set(ours.legs.map(({ type }) => type))).toEqual(new Set(['ok']));
  });

  it.each(Object.keys(attacks).filter((name) => name !== GOOD))('%s', async (name) => {
    const { ours, bare } = await measure(name, name);
    const { calls, right, failures, legs, open, hosts, p99Ms } = ours;
    expect({ right, failures, open }).toEqual({ right: calls, failures: 0, open: 0 });
    expect(legs.length).toBeGreaterThanOrEqual(calls / 8);
    const types = new Set(legs.map(({ type }) => type));
    for (const type of types) expect(attacks[name]?.ends).toContain(type);
    expect(Math.max(...legs.map(({ ms }) => ms))).toBeLessThanOrEqual(TIMEOUT_MS + LIMITS.afterTimeoutMs);
    // Nobody is asked whom the configuration does not name.
    for (const host of hosts) expect(allowedHosts).toContain(host);
    expect(askedElsewhere).toBe(0);
    // Good answers are kept until the queue has them, however long they are: the ring may hold as much again.
    const kept = types.has('ok') ? LIMITS.rssMiB : 0;
    expect(growthOf(ours, measured)).toBeLessThanOrEqual(LIMITS.rssMiB + kept);
    // What the machine does to a service without us at the same time is none of ours.
    expect(p99Ms).toBeLessThanOrEqual(LIMITS.p99Ms + Math.max(0, bare.p99Ms - 5));
  });
});

/** MiB beyond the most that a service needs whose candidate answers well. */
function growthOf({ rss }: HostileReport, measured: readonly Measured[]): number {
  const good = measured.filter(({ name }) => name === GOOD || name === AGAIN).map(({ ours }) => ours.rss);
  return (rss - Math.max(...good)) / MEBIBYTE;
}

function printReport(measured: readonly Measured[], order: HostileOrder): void {
  if (measured.length === 0) return;
  report(
    'Hostile candidates',
    {
      columns: [
        'the candidate answers with',
        'legs',
        'they end as',
        'longest, ms',
        'RSS, MiB beyond good answers',
        'event loop p99, ms',
        'without us, ms',
        'primaries as they were',
      ],
      rows: measured.map(({ name, ours, bare }) => [
        name,
        ours.legs.length,
        typesOf(ours),
        Math.round(Math.max(0, ...ours.legs.map(({ ms }) => ms))),
        growthOf(ours, measured).toFixed(1),
        ours.p99Ms.toFixed(1),
        bare.p99Ms.toFixed(1),
        `${ours.right} of ${ours.calls}`,
      ]),
    },
    [
      `Each row is a process that makes ${PER_SECOND} calls a second, half of them streamed, all of them shadowed as far as 64 at once go, with a ` +
        `timeout of ${TIMEOUT_MS} ms; the candidate answers well for ${order.warmUpMs / 1000} s and attacks for ${order.ms / 1000} s; ` +
        'beside it, at the same time, the same process without us. RSS is the most it had at any time, with a young generation of 16 MiB; ' +
        'event-loop delay is sampled every millisecond and includes that millisecond. Growth is measured against the larger of the first ' +
        'two rows, which show the noise of it.',
      'No process connected to a host that its configuration does not name, and the server that redirects name was asked nothing.',
    ],
  );
}

function typesOf({ legs }: HostileReport): string {
  const counts = new Map<string, number>();
  for (const { type } of legs) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([type, count]) => (counts.size === 1 ? type : `${type} (${count})`))
    .join(', ');
}
