import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Running } from '../end-to-end/processes.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithServers } from '../servers/found.js';
import { type OtlpReceiver, startOtlpReceiver } from '../servers/otlp.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';
import { freePort } from '../servers/process.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { RIGHT_KEY, startCandidate, WRONG_KEY } from './candidate-server.js';
import { combinations, diagnosed, type Fault, FAULTS, visible } from './faults.js';
import { countedBy, type Doctor, doctorOf, type RunningService, startWorld, type World } from './world.js';

/** What is allowed for each, on a machine that has nothing else to do; and on others. */
const WITHIN_MS = { idle: 60_000, busy: 180_000 };
vi.setConfig({ testTimeout: 2 * WITHIN_MS.busy, hookTimeout: 2 * WITHIN_MS.busy });

const METRIC = 'understudy.misconfigured';
const SECRETS = [RIGHT_KEY, WRONG_KEY, 'sk-primary'];
const PLANTED: readonly (readonly Fault[])[] = [
  [],
  ...(Object.keys(FAULTS) as Fault[]).map((fault) => [fault]),
  ...combinations(Number(process.env['UNDERSTUDY_SEED'] ?? 8)),
];
const titleOf = (faults: readonly Fault[]): string => (faults.length === 0 ? 'nothing' : faults.join(' + '));
const nameOf = (faults: readonly Fault[]): string => titleOf(faults).toLowerCase().replaceAll(/\W+/g, '-');
const CASES = PLANTED.map((faults) => [titleOf(faults), faults] as const);
const lasts = (faults: readonly Fault[]): number => (faults.includes('wrong queue') ? 0 : 1);
const worldOf = (faults: readonly Fault[]): string =>
  faults.length === 0 ? 'healthy' : faults.includes('Redis evicts') ? 'evicting' : 'sound';
/** A world for each kind of Redis, and one where nothing is wrong; in it, those first that take longest to tell. */
const WORLDS = (['healthy', 'sound', 'evicting'] as const).map((name) => {
  const planted = PLANTED.filter((faults) => worldOf(faults) === name);
  return { name, planted: planted.toSorted((one, other) => lasts(one) - lasts(other)) };
});

interface Followed {
  readonly service: RunningService;
  readonly world: World;
}

type Turns = <Result>(run: () => Promise<Result>) => Promise<Result>;

/** So many at a time. */
function createTurns(width: number): Turns {
  const lanes = Array.from({ length: width }, () => Promise.resolve() as Promise<unknown>);
  let next = 0;
  return async (run) => {
    const lane = next++ % width;
    const turn = (lanes[lane] ?? Promise.resolve()).then(run, run);
    lanes[lane] = turn;
    return await turn;
  };
}

const linesOf = (log: string, line: RegExp | string): readonly string[] =>
  log.split('\n').filter((one) => (typeof line === 'string' ? one.includes(line) : line.test(one)));

// What it is counted by wakes people: that is tried with promtool, in deploy/prometheus/rules.test.yaml.
describeWithServers('a service and its evaluator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-misconfigured-'));
  const worlds: World[] = [];
  const begun: Running[] = [];
  const timings: string[] = [];
  const cases = new Map<string, { readonly service: RunningService; readonly course: Promise<Doctor> }>();
  let sound: RedisServer;
  let evicting: RedisServer;
  let postgres: PostgresServer;
  let otlp: OtlpReceiver;
  let primary: Provider;
  let candidate: Awaited<ReturnType<typeof startCandidate>>;

  beforeAll(async () => {
    // One for each process.
    process.setMaxListeners(64);
    [sound, evicting, postgres, otlp, primary, candidate] = await Promise.all([
      startRedis(),
      startRedis({ maxmemory: '64mb' }),
      startPostgres(),
      startOtlpReceiver(),
      startProvider(),
      startCandidate(),
    ]);
    const client = new Redis(evicting.url);
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    client.disconnect();
    const blockedUrl = `http://127.0.0.1:${await freePort()}/v1`;
    const turns = createTurns(2);
    const onService = (service: RunningService, world: World): void => {
      const course = followed({ service, world }, turns);
      course.catch(() => undefined);
      cases.set(service.name, { service, course });
    };
    const started = WORLDS.map(async ({ name, planted }) => {
      const redis = name === 'evicting' ? evicting.url : sound.url;
      const services = planted.map((faults) => ({ name: nameOf(faults), faults }));
      worlds.push(
        await startWorld(
          name,
          services,
          {
            folder,
            // Databases in between are of services that look at the wrong one.
            redisUrl: `${redis}/${name === 'healthy' ? 15 : 0}`,
            otherRedisUrl: (index) => `${redis}/${index + 1}`,
            ledgerUrl: await postgres.createDatabase(),
            otlpUrl: otlp.url,
            primaryUrl: `${primary.origin}/plain/v1`,
            candidateUrl: candidate.baseUrl,
            blockedUrl,
          },
          { begun, onService },
        ),
      );
    });
    await Promise.all(started);
  });

  afterAll(async () => {
    await Promise.all(begun.map((one) => one.stop()));
    await Promise.all([
      candidate.close(),
      primary.close(),
      otlp.stop(),
      postgres.stop(),
      sound.stop(),
      evicting.stop(),
    ]);
    rmSync(folder, { recursive: true, force: true });
    if (process.env['UNDERSTUDY_TIMINGS'] !== undefined) process.stdout.write(`${timings.join('\n')}\n`);
  });

  function caseOf(faults: readonly Fault[]): { readonly service: RunningService; readonly course: Promise<Doctor> } {
    const found = cases.get(nameOf(faults));
    if (found === undefined) throw new Error(`no service with ${titleOf(faults)}`);
    return found;
  }

  /** What of a fault is not to be seen yet. */
  function missing(fault: Fault, { world, service }: Followed): readonly string[] {
    const { cause, dropped, service: inService, evaluator: inEvaluator, inLedger = cause } = FAULTS[fault];
    const { name, faults, running } = service;
    const found: string[] = [];
    const isThere = (metric: string, wanted: Readonly<Record<string, string>>): boolean =>
      countedBy(otlp, { service: name }, metric, wanted) > 0;
    const exports = !faults.includes('no exporter') && !faults.includes('two APIs');
    if (exports && inService !== null && !isThere(METRIC, { cause })) found.push("the service's counter");
    if (exports && dropped !== null && !isThere('understudy.dropped', { reason: dropped })) found.push('the funnel');
    // What the ledger knows, the evaluator counts: also of a service that exports nothing, and of none whose queue it does not read.
    const told = !faults.includes('wrong queue') || inLedger !== cause;
    const wanted = { cause: inLedger, ...(FAULTS[fault].ofProcess !== true && { experiment: name }) };
    if (told && countedBy(otlp, { evaluator: world.name }, METRIC, wanted) === 0) found.push("the evaluator's counter");
    if (inService !== null && linesOf(running.log(), inService).length === 0) found.push("the service's line");
    const line = inEvaluator?.replace('NAME', name);
    if (line !== undefined && linesOf(world.evaluator.log(), line).length === 0) found.push("the evaluator's line");
    return found;
  }

  /** Waits until all of it is to be seen, and then asks the doctor. */
  async function followed(found: Followed, turns: Turns): Promise<Doctor> {
    const { faults } = found.service;
    for (const fault of visible(faults)) {
      const within = (loadavg()[0] ?? 0) > 2 * availableParallelism() ? WITHIN_MS.busy : WITHIN_MS.idle;
      const timeout = Math.max(1000, within - (performance.now() - found.service.startedAt));
      const log = (): string => `${fault}\n${found.service.running.log()}\n${found.world.evaluator.log()}`;
      await vi.waitFor(() => expect(missing(fault, found), log()).toEqual([]), { timeout, interval: 250 });
    }
    const seconds = ((performance.now() - found.service.startedAt) / 1000).toFixed(1);
    return await turns(async () => {
      const begun = performance.now();
      let doctor = await doctorOf(found.service);
      // Calls before the service has announced itself are not covered: few of many, once there are many.
      while (faults.length === 0 && doctor.code !== 0 && performance.now() - begun < WITHIN_MS.busy)
        doctor = await doctorOf(found.service);
      timings.push(
        `${titleOf(faults)}: seen in ${seconds} s, doctor ${((performance.now() - begun) / 1000).toFixed(1)} s`,
      );
      return doctor;
    });
  }

  it.each(CASES)('%s: counted and said within a minute, and named by doctor with what to do', async (_, faults) => {
    const { code, findings, text } = await caseOf(faults).course;
    for (const fault of diagnosed(faults)) {
      const { check, says, fix } = FAULTS[fault].doctor;
      const named = findings.find((one) => check.test(one.check) && says.test(one.found));
      expect(named, `${fault} in ${text}`).toBeDefined();
      expect(named?.status).toMatch(/fail|warn/);
      expect(named?.fix).toMatch(fix);
    }
    const failed = findings.filter(({ status }) => status === 'fail').map(({ check }) => check);
    // What has been seen is in the ledger, where the evaluator reads this queue.
    const seen = faults.includes('wrong queue') ? [] : visible(faults);
    for (const fault of seen) expect(failed.join(), text).toContain(`seen ${FAULTS[fault].cause}`);
    if (faults.length === 0) expect(failed, text).toEqual([]);
    expect(code, text).toBe(faults.length === 0 ? 0 : 2);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  });

  it.each(CASES)('%s: the service says so once, and nothing else', (_, faults) => {
    const log = caseOf(faults).service.running.log();
    const own = visible(faults).flatMap((fault) => FAULTS[fault].service ?? []);
    for (const line of own) expect(linesOf(log, line), log).toHaveLength(1);
    expect(linesOf(log, 'understudy: '), log).toHaveLength(own.length);
    for (const secret of SECRETS) expect(log).not.toContain(secret);
  });

  it.each(WORLDS.map((world) => [world.name, world] as const))(
    'and so does the evaluator of %s',
    (name, { planted }) => {
      const log = worlds.find((world) => world.name === name)?.evaluator.log() ?? '';
      const lines = planted.flatMap((faults) =>
        visible(faults).flatMap((fault) => FAULTS[fault].evaluator?.replace('NAME', nameOf(faults)) ?? []),
      );
      const own = [...new Set(lines)];
      for (const line of own) expect(linesOf(log, line), log).toHaveLength(1);
      // What services have told of theirs is here as well, each cause once for an experiment, or for all processes.
      const told = linesOf(log, 'set up wrong: ').map((line) => line.replace(/^.*?set up wrong: /, ''));
      expect(new Set(told).size, log).toBe(told.length);
      if (name === 'sound')
        expect(
          told.filter((line) => line.startsWith('candidate c of wrong-key: HTTP 401 ')),
          log,
        ).toHaveLength(1);
      for (const secret of SECRETS) expect(log).not.toContain(secret);
    },
  );
});
