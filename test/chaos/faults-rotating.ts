import { startDriven } from './driven.js';
import { countersOf, funnel, type Sum, sumUp, toldOf } from './faults-cell.js';
import { queueAt, storedBetween } from './faults-ledger.js';
import { type Fault, FAULTS, type World } from './faults-places.js';
import type { Counts, Report } from './steps.js';
import type { Ended } from './driven.js';

/** What fails in the rotation: PostgreSQL is the ledger behind the evaluator, since a service has one queue. */
type Spot = 'candidate' | 'Redis' | 'OTLP collector' | 'ledger' | 'evaluator';

const SPOTS: readonly Spot[] = ['candidate', 'Redis', 'OTLP collector', 'ledger', 'evaluator'];
const LATER = FAULTS.filter((fault) => fault !== 'down at start');

/** Every fault in every place, and all places down to begin with. What the evaluator answers by is its ledger. */
const ROTATION: readonly { readonly spot: Spot; readonly fault: Fault }[] = LATER.flatMap((fault) =>
  SPOTS.filter((spot) => spot !== 'evaluator' || fault === 'killed' || fault === 'stopped (SIGSTOP)').map((spot) => ({
    spot,
    fault,
  })),
);

const WIDTH = 48;
const RECOVERY_MS = 30_000;
const EXPERIMENT = 'rotating';
/** Of a turn's calls: in the fault, and in the healthy time after it; the rest is for recovery. */
const SHARES = { fault: 0.45, healthy: 0.25, recovery: 0.3 } as const;

/** One turn of the rotation. */
export interface Turn {
  readonly name: string;
  readonly calls: number;
  readonly moved: Readonly<Record<string, number>>;
  readonly healthy: { readonly admitted: number; readonly stored: number };
  /** From the lifting of the fault until the queue had everything. */
  readonly recoveredMs: number;
}

export interface Rotated {
  readonly turns: readonly Turn[];
  readonly calls: number;
  readonly different: readonly number[];
  readonly ended: Ended;
  readonly counts: Counts;
  readonly warnings: readonly string[];
  /** Bytes after each turn: of the process, and what of it JavaScript holds on to. */
  readonly rss: readonly number[];
  readonly heap: readonly number[];
  readonly sum: Sum;
}

/** One service, so many calls, and a fault every few seconds, each in its turn. */
export async function rotate(
  world: World,
  {
    calls,
    distinct,
    control,
  }: { readonly calls: number; readonly distinct: number; readonly control: readonly string[] },
): Promise<Rotated> {
  const behind = queueAt(world.behind.redis);
  for (const spot of SPOTS) if (spot !== 'ledger') await world.fail(spot, 'killed');
  await using service = await startDriven(toldOf(world, 'redis', EXPERIMENT, distinct));
  let made = 0;
  const different: number[] = [];
  const rss: number[] = [];
  const heap: number[] = [];
  const turns: (Omit<Turn, 'healthy'> & { readonly from: Counts; readonly report: Report })[] = [];
  const take = (from: number, report: Report): Report => {
    for (const [index, digest] of report.digests.entries())
      if (digest !== control[(from + index) % distinct]) different.push(from + index);
    made = from + report.digests.length;
    return report;
  };
  const call = async (count: number): Promise<Report> =>
    take(made, await service.step({ do: 'call', from: made, count: Math.max(1, Math.round(count)), width: WIDTH }));

  async function turn(
    name: string,
    share: number,
    counters: readonly string[],
    lift: () => Promise<void>,
    before: Counts,
  ): Promise<void> {
    const from = made;
    await call(share * SHARES.fault);
    const least = counters.reduce((sum, each) => sum + (before[each] ?? 0), counters.length === 0 ? 0 : 1);
    const { counts } = await service.step({ do: 'until', counters, least, timeoutMs: 8000 });
    const moved = Object.fromEntries(
      counters.map((each) => [each, (counts[each] ?? 0) - (before[each] ?? 0)] as const).filter(([, by]) => by > 0),
    );
    await lift();
    const most = Math.max(1, Math.round(share * SHARES.recovery));
    const recovered = take(
      made,
      await service.step({ do: 'call-flush', from: made, most, width: WIDTH, timeoutMs: RECOVERY_MS }),
    );
    const report = await call(share * SHARES.healthy);
    rss.push(report.rss);
    heap.push(report.heap);
    turns.push({
      name,
      calls: made - from,
      moved,
      recoveredMs: recovered.endedAt - recovered.startedAt,
      from: recovered.counts,
      report,
    });
  }

  const shareNow = (left: number): number => (calls - made) / left;
  await turn(
    'everything, down at start',
    shareNow(ROTATION.length + 2),
    ['dropped not_announced candidate'],
    async () => {
      for (const spot of SPOTS) if (spot !== 'ledger') await world.lift(spot, 'killed');
    },
    {},
  );
  for (const [index, { spot, fault }] of ROTATION.entries()) {
    const before = turns.at(-1)?.report.counts ?? {};
    await world.fail(spot, fault);
    const counters = spot === 'ledger' || spot === 'evaluator' ? [] : countersOf(spot, fault);
    const place = spot === 'ledger' ? 'PostgreSQL (ledger)' : spot;
    await turn(
      `${place}, ${fault}`,
      shareNow(ROTATION.length + 1 - index),
      counters,
      () => world.lift(spot, fault),
      before,
    );
  }
  // What is left, the last hundredth with its queue and its candidate stopped.
  const last = Math.round(calls / 100);
  if (calls - made > last) await call(calls - made - last);
  await service.step({ do: 'flush', timeoutMs: RECOVERY_MS });
  await world.fail('Redis', 'stopped (SIGSTOP)');
  await world.fail('candidate', 'stopped (SIGSTOP)');
  if (calls > made) await call(calls - made);
  const ended = await service.end();
  await world.lift('Redis', 'stopped (SIGSTOP)');
  await world.lift('candidate', 'stopped (SIGSTOP)');
  await behind.drained(120_000);
  const ledger = world.behind.ledger;
  const settled: Turn[] = [];
  for (const { from, report, ...rest } of turns) {
    const admitted = funnel(report.counts, 'admitted') - funnel(from, 'admitted');
    const stored = await storedBetween(ledger, EXPERIMENT, report.startedAt, report.endedAt);
    settled.push({ ...rest, healthy: { admitted, stored } });
  }
  const counts = ended.last?.counts ?? {};
  return {
    turns: settled,
    calls: made,
    different,
    ended,
    counts,
    warnings: ended.last?.warnings ?? ['no last report'],
    rss,
    heap,
    sum: await sumUp(counts, ledger, EXPERIMENT),
  };
}
