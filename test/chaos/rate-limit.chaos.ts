import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithRedis } from '../servers/found.js';
import { type ServerProcess, startProcess, untilReady } from '../servers/process.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { report } from './report.js';
import type { Telling } from './rate-limit-pool.js';
import type { Asked, Driven, Driver } from './rate-limit-steps.js';
import { SCALE, scaled } from './scale.js';

const HOOKS = join(import.meta.dirname, '../ways-of-calling/source-modules.mjs');

/** What is a minute outside: the pools are a minute's worth, and pauses of a minute are of this. */
const MINUTE_MS = 4000;
const REQUESTS = 300;
const TOKENS_EACH = 100;
/** Five minutes of it. */
const DURATION_MS: number = scaled(20_000, 6000);
const LOADS: readonly number[] = SCALE < 0.2 ? [0.9] : [0.7, 0.8, 0.9, 0.95];
const HEADROOM = 0.3;

interface Cell {
  readonly name: string;
  readonly telling: Telling;
  readonly protocol: Driver['protocol'];
  readonly arrivals: Driver['arrivals'];
  /** Nothing says how full the pool is until it is empty. */
  readonly blind: boolean;
}

const CELLS: readonly Cell[] = [
  { name: 'OpenAI', telling: 'openai', protocol: 'openai', arrivals: 'independent', blind: false },
  { name: 'Anthropic', telling: 'anthropic', protocol: 'anthropic', arrivals: 'independent', blind: false },
  { name: 'none, paced traffic', telling: 'retry-after', protocol: 'openai', arrivals: 'paced', blind: true },
  {
    name: 'none, independent traffic',
    telling: 'retry-after',
    protocol: 'openai',
    arrivals: 'independent',
    blind: true,
  },
];

interface Result {
  readonly driven: Driven;
  readonly asked: readonly Asked[];
}

/** A pause has taken effect by then. */
const SETTLED_MS = 1000;
const ATTEMPTS = 3;
/** So many calls at once are a fifth of the pool, shadows included. */
const LATE_MS = 400;
/** The number of refusals is random, and its spread about as large as itself. */
const UNLUCKY = 5;

/**
 * How many independent calls are refused, on the average, of a pool that was emptied once and is used to this extent since: a random
 * walk of variance `load` and drift `1 - load` a call, held back at zero, is held back so often before it leaves for good.
 */
function ofOneExhaustion(load: number): number {
  return 1 + load / (2 * (1 - load));
}

function pausesOf({ pauses }: Driven): number {
  return Object.values(pauses).reduce((sum, count) => sum + count, 0);
}

const rows: (string | number)[][] = [];

describeWithRedis('one pool of requests and tokens for both roles', () => {
  let redis: RedisServer;
  let provider: ServerProcess;
  let origin = '';

  beforeAll(async () => {
    redis = await startRedis();
    const args = ['--import', HOOKS, join(import.meta.dirname, 'rate-limit-provider.ts')];
    provider = await startProcess(process.execPath, args, { cwd: tmpdir() });
    await untilReady(provider, async () => provider.log().includes('listening'));
    origin = `http://127.0.0.1:${/listening on (\d+)/.exec(provider.log())?.[1]}`;
  });
  afterAll(async () => {
    await provider.end('SIGKILL');
    await redis.stop();
    report(
      'Rate limits',
      {
        columns: [
          'headers',
          'load',
          'primaries',
          '429 without us',
          '429 with us',
          'of them after 1 s without a shadow',
          'shadowed',
          "shadows' 429",
          'paused within',
          'pauses',
        ],
        rows,
      },
      [
        `A "minute" of the provider is ${MINUTE_MS / 1000} s here, with ${REQUESTS} requests and ${REQUESTS * TOKENS_EACH} tokens; each row is ${DURATION_MS / 1000} s of the same seeded arrivals, with us and without, side by side on an account each; a usual pause is a minute of it. Shadows want 100 % of the calls, of the same host and key.`,
        `"Paused within": from the first response that said of less than ${HEADROOM * 100} %, or refused, to the arrival of the first primary without a shadow.`,
      ],
    );
  });

  async function drive(cell: Cell, load: number, ours: boolean, attempt: number): Promise<Result> {
    const account = `${cell.name.replaceAll(/\W/g, '-')}-${load}-${ours ? 'with' : 'without'}-${attempt}`;
    const driver: Driver = {
      baseUrl: `${origin}/${cell.telling}/${MINUTE_MS}/${REQUESTS}/${REQUESTS * TOKENS_EACH}`,
      protocol: cell.protocol,
      account,
      perSecond: (load * REQUESTS * 1000) / MINUTE_MS,
      durationMs: DURATION_MS,
      arrivals: cell.arrivals,
      seed: Math.round(load * 1000),
      tokens: TOKENS_EACH,
      understudy: ours ? { queueUrl: redis.url, minuteMs: MINUTE_MS } : null,
    };
    const child = spawn(process.execPath, ['--import', HOOKS, join(import.meta.dirname, 'rate-limit-service.ts')], {
      env: { PATH: process.env['PATH'], DRIVER: JSON.stringify(driver) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const killWithTests = (): boolean => child.kill('SIGKILL');
    process.once('exit', killWithTests);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    process.removeListener('exit', killWithTests);
    expect(code).toBe(0);
    const asked = (await (await fetch(`${origin}/log?account=${account}`)).json()) as Asked[];
    return { driven: JSON.parse(out.trim().split('\n').at(-1) ?? '') as Driven, asked };
  }

  /** Both ways at once. Again where the machine was too busy to make the calls when they were due: that is another traffic. */
  async function undisturbed(cell: Cell, load: number): Promise<{ without: Result; ours: Result; disturbed: boolean }> {
    for (let attempt = 1; ; attempt += 1) {
      const both = await Promise.all([drive(cell, load, false, attempt), drive(cell, load, true, attempt)]);
      const disturbed = both.some(({ driven }) => driven.lateMs >= LATE_MS);
      if (attempt === ATTEMPTS || !disturbed) return { without: both[0], ours: both[1], disturbed };
    }
  }

  for (const cell of CELLS) {
    for (const load of LOADS) {
      it(`${cell.name}, ${load * 100} %: primaries are refused no more than without us`, async ({ skip }) => {
        const { without, ours, disturbed } = await undisturbed(cell, load);
        const { asked, driven } = ours;
        const shadows = asked.filter(({ role }) => role === 'shadow');
        const shadowed = new Set(shadows.map(({ number }) => number));
        const quiet = asked.filter(
          ({ role, refused, at }) =>
            role === 'primary' && refused && !shadows.some((shadow) => shadow.at <= at && shadow.at > at - SETTLED_MS),
        );
        const sign = asked.find(({ left, refused }) => refused || (!cell.blind && left < HEADROOM))?.at;
        const held =
          sign === undefined
            ? undefined
            : asked.find((each) => each.role === 'primary' && each.at > sign && !shadowed.has(each.number))?.at;
        const pausedMs = sign === undefined || held === undefined ? null : held - sign;
        rows.push([
          cell.name,
          `${load * 100} %${disturbed ? ' (the machine was too busy)' : ''}`,
          driven.calls,
          without.driven.refused,
          driven.refused,
          quiet.length,
          `${Math.round((100 * shadowed.size) / driven.calls)} %`,
          shadows.filter(({ refused }) => refused).length,
          pausedMs === null ? 'not paused' : `${pausedMs} ms`,
          pausesOf(driven),
        ]);
        expect(driven.calls).toBe(without.driven.calls);
        // What came was not the traffic that should have been: bursts that no pool of this size takes, with us or without.
        if (disturbed) skip('the machine was too busy to make the calls when they were due');
        expect(shadowed.size).toBeGreaterThan(0);
        if (sign !== undefined) expect(pausedMs).toBeLessThan(1000);
        if (!cell.blind) expect(driven.refused).toBeLessThanOrEqual(without.driven.refused);
        else if (cell.arrivals === 'paced') expect(quiet.length).toBeLessThanOrEqual(without.driven.refused);
        else expect(driven.refused).toBeLessThanOrEqual(UNLUCKY * pausesOf(driven) * ofOneExhaustion(load));
      });
    }
  }
});
