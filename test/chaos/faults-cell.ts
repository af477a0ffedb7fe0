import { setTimeout as sleep } from 'node:timers/promises';
import { DROP_REASONS } from '../../packages/instrumentation/src/trial/funnel.js';
import { type Ended, startDriven } from './driven.js';
import { funnelsOf, queueAt, storedBetween } from './faults-ledger.js';
import type { Fault, Place, World } from './faults-places.js';
import type { Counts, Report, Told } from './steps.js';

const ARMS = ['candidate', 'aa'] as const;
const WIDTH = 48;
const RECOVERY_MS = 30_000;
/** Of the queue: the lock of a killed worker, and a statement that is never answered, each half a minute. */
const DRAINED_MS = 120_000;
/** A counter that has not moved by then will not. */
const MOVE_MS = 8_000;
/** Of the evaluator: by then batches have come that it should have taken. */
const NOTICED_MS = 1500;
const SHADOW_TIMEOUT_MS = 1500;

/** What a cell has to say for itself. */
export interface Cell {
  readonly place: Place;
  readonly fault: Fault;
  readonly calls: number;
  /** Calls whose caller saw something else than without us: their numbers. */
  readonly different: readonly number[];
  /** How often everything was not in the queue within half a minute while nothing was wrong. */
  readonly missed: number;
  readonly warnings: readonly string[];
  readonly ended: Ended;
  /** Legs admitted, and those of the fault. */
  readonly attempted: { readonly all: number; readonly inFault: number };
  /** The fault's own counter: its name, and by how much it moved. */
  readonly moved: Readonly<Record<string, number>>;
  /** Of the legs admitted in healthy phases, how many the ledger has. */
  readonly healthy: { readonly admitted: number; readonly stored: number; readonly refused: Counts };
  /** Of the whole cell: what the service admitted and dropped in the end, and what the ledger says. */
  readonly sum: Sum;
}

export interface Sum {
  readonly admitted: number;
  readonly dropped: number;
  readonly stored: number;
  readonly aside: number;
  /** Admitted by the service, and neither stored, nor dropped, nor aside. */
  readonly lost: number;
  /** In the ledger's words, which end with the last batch it got. */
  readonly ledger: {
    readonly admitted: number;
    readonly dropped: number;
    readonly lost: number;
    readonly pending: number;
  };
  readonly rejected: number;
}

/** The service of a cell. */
export function toldOf(
  world: World,
  queue: 'redis' | 'postgres',
  experiment: string,
  distinct: number,
): Omit<Told, 'director'> {
  return {
    provider: world.provider,
    distinct,
    collector: world.collector,
    understudy: {
      queueUrl: world.queues[queue],
      limits: { operationTimeoutMs: 1000 },
      experiment: {
        name: experiment,
        candidate: { model: 'candidate', baseUrl: `${world.candidate}/plain/v1` },
        sample: { rate: 1 },
        noise: { rate: 0.25 },
        // The suite loads the machine on purpose: what the governor does then is shown elsewhere.
        governor: { eventLoopMs: 10_000, eventLoopShare: 1, pauseMs: 1000 },
        slice: { lengthMs: 1000, deadlineMs: 8000 },
        shadow: { timeoutMs: SHADOW_TIMEOUT_MS, concurrency: 400 },
        policy: { gates: { errors: {} } },
      },
    },
  };
}

/** A run of the same calls without us: what the callers got, and how the process ended. */
export async function controlRun(
  world: Pick<World, 'provider' | 'collector'>,
  { calls, distinct = calls }: { readonly calls: number; readonly distinct?: number },
): Promise<{ readonly digests: readonly string[]; readonly warnings: readonly string[]; readonly ended: Ended }> {
  await using service = await startDriven({
    provider: world.provider,
    distinct,
    collector: world.collector,
    understudy: null,
  });
  const { digests, warnings } = await service.step({ do: 'call', from: 0, count: calls, width: WIDTH });
  return { digests, warnings, ended: await service.end() };
}

/**
 * One fault in one place: healthy, the fault, healthy again once it is lifted, and the end of the process with the fault back.
 *
 * @param control What each call's caller got without us.
 * @returns What gives the cell once everything that is under way has come to the ledger. A job whose worker was killed is found half a
 * minute later: other cells need not wait for it.
 */
export async function runCell(
  world: World,
  place: Place,
  fault: Fault,
  { calls, control }: { readonly calls: number; readonly control: readonly string[] },
): Promise<() => Promise<Cell>> {
  const queue = place === 'PostgreSQL' ? 'postgres' : 'redis';
  const behind = queueAt(world.behind[queue]);
  const experiment = `${place} ${fault}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const atStart = fault === 'down at start';
  if (atStart) await world.fail(place, fault);
  let faulty = atStart;
  const service = await startDriven(toldOf(world, queue, experiment, calls));
  try {
    let made = 0;
    const different: number[] = [];
    const call = async (share: number): Promise<Report> => {
      const count = Math.max(20, Math.round(calls * share));
      const report = await service.step({ do: 'call', from: made, count, width: WIDTH });
      for (const [index, digest] of report.digests.entries())
        if (digest !== control[(made + index) % calls]) different.push((made + index) % calls);
      made += count;
      return report;
    };
    const healthy: { from: Counts; report: Report }[] = [];
    const callHealthily = async (share: number): Promise<void> => {
      const from = (await service.step({ do: 'flush', timeoutMs: RECOVERY_MS })).counts;
      healthy.push({ from, report: await call(share) });
    };
    if (!atStart) await callHealthily(0.25);
    // Without its queue nothing is announced, however long one waits.
    const absent = atStart && (place === 'Redis' || place === 'PostgreSQL');
    const before = await service.step({ do: 'flush', timeoutMs: absent ? 0 : RECOVERY_MS });
    if (!faulty) await world.fail(place, fault);
    faulty = true;
    const startedAt = Date.now();
    const inFault = await call(0.4);
    const counters = countersOf(place, fault);
    const until = await service.step({
      do: 'until',
      counters,
      least: counters.length === 0 ? 0 : sumOf(before.counts, counters) + 1,
      timeoutMs: MOVE_MS,
    });
    const moved: Record<string, number> = {};
    for (const name of counters) {
      const by = (until.counts[name] ?? 0) - (before.counts[name] ?? 0);
      if (by > 0) moved[name] = by;
    }
    if (place === 'evaluator') {
      await sleep(Math.max(0, NOTICED_MS - (Date.now() - startedAt)));
      const waiting = await behind.countSince(startedAt);
      if (waiting > 0) moved['batches that wait'] = waiting;
    }
    await world.lift(place, fault);
    faulty = false;
    await callHealthily(atStart ? 0.5 : 0.25);
    // What came of it is known when it is in the queue; the fault that comes now must not take it back.
    await service.step({ do: 'flush', timeoutMs: RECOVERY_MS });
    await world.fail(place, atStart ? 'killed' : fault);
    faulty = true;
    await call(0.1);
    const ended = await service.end();
    await world.lift(place, fault);
    faulty = false;
    const ledger = world.behind.ledger;
    return async () => {
      await behind.drained(DRAINED_MS);
      const counts = ended.last?.counts ?? {};
      const legs = (stage: string): number =>
        healthy.reduce((sum, { from, report }) => sum + funnel(report.counts, stage) - funnel(from, stage), 0);
      const refused: Record<string, number> = {};
      for (const { from, report } of healthy)
        for (const [reason, count] of refusals(from, report.counts)) refused[reason] = (refused[reason] ?? 0) + count;
      let stored = 0;
      for (const { report } of healthy)
        stored += await storedBetween(ledger, experiment, report.startedAt, report.endedAt);
      return {
        place,
        fault,
        calls: made,
        different,
        missed: counts['flush missed'] ?? 0,
        warnings: ended.last?.warnings ?? ['no last report'],
        ended,
        attempted: {
          all: funnel(counts, 'admitted'),
          inFault: funnel(inFault.counts, 'admitted') - funnel(before.counts, 'admitted'),
        },
        moved,
        healthy: { admitted: legs('admitted'), stored, refused },
        sum: await sumUp(counts, ledger, experiment),
      };
    };
  } finally {
    await service[Symbol.asyncDispose]();
    if (faulty) await world.lift(place, fault);
  }
}

/** The counters of the service that a fault must move, one of them at least. Of the evaluator's faults it hears nothing. */
export function countersOf(place: Place, fault: Fault): readonly string[] {
  switch (place) {
    case 'candidate':
      return CANDIDATE_ERRORS[fault].map((type) => `error ${type} candidate`);
    case 'Redis':
    case 'PostgreSQL':
      return ['failures queue.publish', 'dropped not_announced candidate'];
    case 'OTLP collector':
      return ['exports failed'];
    case 'evaluator':
      return [];
  }
}

const CANDIDATE_ERRORS: Readonly<Record<Fault, readonly string[]>> = {
  'down at start': ['ECONNREFUSED'],
  killed: ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'],
  'stopped (SIGSTOP)': ['timeout'],
  'answering 500': ['500'],
  'slow by 60 s': ['timeout'],
  'answering garbage': ['unreadable_answer', 'HTTPParserError', 'Z_DATA_ERROR'],
  'resetting in mid-stream': ['ECONNRESET', 'UND_ERR_SOCKET'],
};

function sumOf(counts: Counts, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
}

const BEFORE_ADMISSION = Object.entries(DROP_REASONS).flatMap(([reason, { kind }]) =>
  kind === 'coverage' ? [reason] : [],
);

/** Legs that were drawn and not admitted, by reason, from one report to another. */
function refusals(from: Counts, to: Counts): readonly (readonly [string, number])[] {
  return BEFORE_ADMISSION.flatMap((reason) => {
    const names = ARMS.map((arm) => `dropped ${reason} ${arm}`);
    const count = sumOf(to, names) - sumOf(from, names);
    return count > 0 ? [[reason, count] as const] : [];
  });
}

/** Legs of all arms that reached a stage. */
export function funnel(counts: Counts, stage: string): number {
  return sumOf(
    counts,
    ARMS.map((arm) => `funnel ${stage} ${arm}`),
  );
}

const AFTER_ADMISSION = Object.entries(DROP_REASONS).flatMap(([reason, { kind }]) =>
  kind === 'missing' ? [reason] : [],
);

export async function sumUp(counts: Counts, ledgerUrl: string, experiment: string): Promise<Sum> {
  const { arms, rejected } = await funnelsOf(ledgerUrl, experiment);
  const total = (of: (arm: (typeof arms)[number]) => number): number => arms.reduce((sum, arm) => sum + of(arm), 0);
  const drops = (arm: (typeof arms)[number]): number => Object.values(arm.dropped).reduce((sum, one) => sum + one, 0);
  const admitted = funnel(counts, 'admitted');
  const dropped = sumOf(
    counts,
    AFTER_ADMISSION.flatMap((reason) => ARMS.map((arm) => `dropped ${reason} ${arm}`)),
  );
  const stored = total((arm) => arm.stored);
  const aside = total((arm) => arm.aside);
  return {
    admitted,
    dropped,
    stored,
    aside,
    lost: admitted - dropped - stored - aside,
    ledger: {
      admitted: total((arm) => arm.admitted),
      dropped: total(drops),
      lost: total((arm) => arm.lost),
      pending: total((arm) => arm.pending),
    },
    rejected,
  };
}
