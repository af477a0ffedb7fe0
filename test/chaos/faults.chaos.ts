import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServers } from '../servers/found.js';
import { type Cell, controlRun, runCell } from './faults-cell.js';
import { type Fault, FAULTS, type Place, PLACES, startWorld, type World } from './faults-places.js';
import { report } from './report.js';
import { scaled } from './scale.js';

const CALLS = scaled(4000, 100);
/** What waits for locks to end goes beside the rest. */
const LANES: readonly (readonly Place[])[] = [['candidate', 'Redis', 'PostgreSQL', 'OTLP collector'], ['evaluator']];
/** How long the end of a process may be kept: by design 1.5 s for shadows and 0.5 s for the queue, and a machine that is busy. */
const KEPT_MS = 6_000;
/** What may be under way to a queue when its producer ends: one batch, each of its trials with both legs. */
const UNDER_WAY = 64 * 2;

/** Why calls may go unshadowed in a healthy time: what the fault before has taught is forgotten step by step. */
const HELD_BACK = new Set(['concurrency_cap', 'paused_publishing']);

const nameOf = (place: Place, fault: Fault): string => `${place}, ${fault}`;

/** The cells of a lane, one after the other; each is settled when its place is done. */
async function runLane(places: readonly Place[], done: (name: string, cell: Promise<Cell>) => void): Promise<void> {
  await using world = await startWorld();
  const { digests: control } = await controlRun(world, { calls: CALLS });
  for (const place of places) {
    await world.evaluate(place === 'PostgreSQL' ? 'postgres' : 'redis');
    const settling: { readonly name: string; readonly settle: () => Promise<Cell> }[] = [];
    for (const fault of FAULTS) {
      const name = nameOf(place, fault);
      const run = runCell(world, place, fault, { calls: CALLS, control });
      try {
        settling.push({ name, settle: await run });
      } catch {
        // Its test fails by it; the others go on.
        done(
          name,
          run.then((settle) => settle()),
        );
      }
    }
    for (const { name, settle } of settling) {
      const cell = settle();
      done(name, cell);
      await cell.catch(() => undefined);
    }
  }
}

/** How a process without us ends while the collector fails: what its exporter keeps it for is not ours. */
async function endsWithoutUs(world: World, fault: Fault): Promise<number> {
  await world.fail('OTLP collector', fault);
  try {
    const { ended } = await controlRun(world, { calls: Math.max(100, Math.round(CALLS / 10)) });
    return ended.tookMs;
  } finally {
    await world.lift('OTLP collector', fault);
  }
}

describeWithServers('every call is shadowed, and something fails', () => {
  const cells = new Map<string, PromiseWithResolvers<Cell>>(
    PLACES.flatMap((place) => FAULTS.map((fault) => [nameOf(place, fault), Promise.withResolvers<Cell>()])),
  );
  for (const { promise } of cells.values()) promise.catch(() => undefined);
  const rows = new Map<string, readonly (string | number)[]>();
  const withoutUs = new Map<Fault, number>();
  let lanes: Promise<unknown>;
  const startedAt = performance.now();

  beforeAll(async () => {
    await using world = await startWorld();
    for (const fault of FAULTS) withoutUs.set(fault, await endsWithoutUs(world, fault));
    const broken = (error: unknown): void => {
      for (const { reject } of cells.values()) reject(error);
    };
    lanes = Promise.all(
      LANES.map((places) => runLane(places, (name, cell) => cells.get(name)?.resolve(cell)).catch(broken)),
    );
  });

  afterAll(async () => {
    await lanes;
    report(
      'Faults and places',
      {
        columns: [
          'place',
          'fault',
          'calls',
          'shadows',
          'in the fault',
          'what moved',
          'healthy legs stored',
          'refused while healthy',
          'of all legs',
          'exit',
        ],
        rows: [...cells.keys()].flatMap((name) => {
          const row = rows.get(name);
          return row === undefined ? [] : [row];
        }),
      },
      NOTES(Math.round((performance.now() - startedAt) / 1000)),
    );
  });

  it.each(PLACES.flatMap((place) => FAULTS.map((fault) => ({ place, fault }))))(
    '$place, $fault',
    async ({ place, fault }) => {
      const cell = await cells.get(nameOf(place, fault))?.promise;
      if (cell === undefined) throw new Error('no such cell');
      rows.set(nameOf(place, fault), rowOf(cell));
      const { ended, sum } = cell;
      // The host: nothing thrown, nothing warned of, every answer as it was, and an end of its own.
      expect({ errors: ended.errors, warnings: cell.warnings }).toEqual({ errors: '', warnings: [] });
      expect(cell.different).toEqual([]);
      expect({ code: ended.code, signal: ended.signal }).toEqual({ code: 0, signal: null });
      const allowed = KEPT_MS + (place === 'OTLP collector' ? (withoutUs.get(fault) ?? 0) : 0);
      expect(ended.tookMs).toBeLessThan(allowed);
      // The fault: met, and counted.
      const absent = fault === 'down at start' && (place === 'Redis' || place === 'PostgreSQL');
      if (!absent) expect(cell.attempted.inFault).toBeGreaterThan(0);
      expect(cell.attempted.all).toBeGreaterThan(0);
      expect(Object.keys(cell.moved)).not.toEqual([]);
      // The evidence: whole while all is well, and adding up in any case.
      expect(cell.missed).toBe(0);
      expect(cell.healthy.stored).toBeGreaterThanOrEqual(0.99 * cell.healthy.admitted);
      expect(cell.healthy.admitted).toBeGreaterThan(0);
      expect(Object.keys(cell.healthy.refused).filter((reason) => !HELD_BACK.has(reason))).toEqual([]);
      expect(sum.rejected).toBe(0);
      expect(sum.ledger.pending).toBe(0);
      expect(sum.ledger.admitted).toBe(sum.stored + sum.ledger.dropped + sum.aside + sum.ledger.lost);
      expect(sum.lost).toBeGreaterThanOrEqual(0);
      const ownQueue = place === 'Redis' || place === 'PostgreSQL';
      expect(sum.lost).toBeLessThanOrEqual(ownQueue ? UNDER_WAY : 0);
      if (!ownQueue) expect(sum.ledger.admitted).toBe(sum.admitted);
      expect(sum.ledger.admitted).toBeLessThanOrEqual(sum.admitted);
    },
  );
});

function rowOf({ place, fault, calls, attempted, moved, healthy, sum, ended }: Cell): readonly (string | number)[] {
  const share = ((100 * healthy.stored) / healthy.admitted).toFixed(2);
  const parts = [`${sum.stored} stored`, `${sum.dropped} dropped`, `${sum.aside} aside`, `${sum.lost} lost`];
  const what = Object.entries(moved).map(([name, by]) => `${name} ${by}`);
  return [
    place,
    fault,
    calls,
    attempted.all,
    attempted.inFault,
    what.join(', '),
    `${healthy.stored} of ${healthy.admitted} (${share} %)`,
    Object.entries(healthy.refused)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', '),
    `${sum.admitted} = ${parts.filter((part) => !part.startsWith('0 ')).join(' + ')}`,
    `${ended.code ?? ended.signal} in ${(ended.tookMs / 1000).toFixed(1)} s`,
  ];
}

const NOTES = (seconds: number): readonly string[] => [
  `A service of its own in each cell, every call shadowed, a quarter with an A/A leg, 48 at a time: JSON and streams, raw bodies, tool calls, refusals of the provider, streams left early, calls aborted. A quarter of the calls before the fault, 40 % in it, a quarter after it, and 10 % with the fault back, in which the process ends by itself. In each cell 0 exceptions, 0 rejections, 0 warnings, and every answer as the same process gets it without us. All cells in ${seconds} s.`,
  "`error TYPE`: `error.type` of the shadows' spans. `failures OPERATION`: `understudy.failures`. `dropped REASON`: `understudy.dropped`. `exports failed`: batches of spans that the exporter of OpenTelemetry gave up. `batches that wait`: jobs on the queue that nobody takes; the service hears nothing of its evaluator.",
  'Down at start: nothing precedes the fault, and the process ends with the place killed. 500 means, of Redis, `-ERR` to every command; of PostgreSQL, an ErrorResponse to every statement; of the evaluator, that its ledger says so, and alike it is its ledger that is slow, answers garbage and resets.',
  '`lost`: the service ended with its queue gone, and one batch of at most 64 trials was under way. What had no room or no time by then is `dropped`.',
];
