import { parseStoreUrl } from '@understudy/instrumentation/experiment';
import { type Misconfiguration, MISCONFIGURATIONS } from '@understudy/instrumentation/trial';
import { FRESH_MS, seenLately, startedOnOurClock } from '../decide/setup.js';
import type { Report } from '../emit/ledger-metrics.js';
import { UnderstudyError } from '../errors.js';
import type { Ledger, SeenMisconfigured } from '../ledger/ledger.js';
import type { LedgerSnapshot, ProducerState } from '../ledger/snapshot.js';
import type { QueueState } from '../queue/queue-watch.js';
import { readRedisFacts } from '../queue/redis-facts.js';
import { again } from './again.js';

/** What looking at how an evaluator is set up needs. */
export interface CheckingSetup {
  readonly config: {
    readonly queueUrl: string;
    readonly experiments?: readonly { readonly name: string; readonly enabled: boolean }[];
  };
  /** Somebody gets its metrics or its traces. */
  readonly exports: boolean;
  readonly ledger: Pick<Ledger, 'noteMisconfigured'>;
  /** The last look; null where another replica holds the lease, and does this. */
  readonly report: () => Report | null;
  readonly queue: () => Promise<QueueState>;
  /** Epoch ms. */
  readonly now: () => number;
  /** Between two looks, in milliseconds. Default 5000. */
  readonly everyMs?: number;
  /** Told of each cause once. */
  readonly onFound: (error: UnderstudyError) => void;
  readonly onError: (error: unknown) => void;
}

const EVERY_MS = 5_000;
/** A service announces itself within a second; it may be started after the evaluator. */
const PATIENCE_MS = 20_000;
/** What clocks that are kept in step do not differ by. */
const AHEAD_MS = 2_000;
/** A batch is on its way for less, where nothing waits on the queue: producers send one every five seconds at least. */
const BEHIND_MS = 15_000;

/** A producer's last batch as it was seen to be late. */
type Late = Map<string, number>;

/** When a cause was seen last, in epoch ms, of those that have been said. */
type Said = Map<string, number>;

/** What a service may have written of it is cut. */
const LONGEST = 500;

/** Looks again and again, until `signal`, at what only the evaluator can tell of how all are set up. */
export async function keepCheckingSetup(checking: CheckingSetup, signal: AbortSignal): Promise<void> {
  const said: Said = new Map();
  const startedAt = checking.now();
  const late: Late = new Map();
  const tell = async (some: readonly SeenMisconfigured[]): Promise<void> => {
    if (some.length === 0) return;
    for (const one of some) sayOnce(one, checking.now(), said, checking.onFound);
    await checking.ledger.noteMisconfigured(some, checking.now());
  };
  let isFirst = true;
  await again(
    checking.everyMs ?? EVERY_MS,
    async () => {
      const report = checking.report();
      if (report === null) return;
      if (isFirst) await tell(await ownSetup(checking));
      isFirst = false;
      for (const { lastAt, ...one } of reported(report.snapshot, startedAt))
        sayOnce(one, lastAt, said, checking.onFound);
      const producers = report.snapshot.producers.filter(({ state }) => state === 'alive');
      const queue = await checking.queue();
      // Who has announced itself may still wait on the queue.
      const waited = queue.drained && checking.now() - startedAt >= PATIENCE_MS;
      await tell([...(waited ? unannounced(checking, report) : []), ...skewed(producers, queue, late)]);
    },
    checking.onError,
    signal,
  );
}

/** Once for as long as it goes on: what comes back after it was taken for mended is said again. */
function sayOnce(
  { cause, experiment, found }: Pick<SeenMisconfigured, 'cause' | 'experiment' | 'found'>,
  at: number,
  said: Said,
  onFound: CheckingSetup['onFound'],
): void {
  const key = `${cause} ${experiment ?? ''}`;
  const last = said.get(key);
  said.set(key, Math.max(at, last ?? 0));
  if (last !== undefined && at - last <= FRESH_MS) return;
  const { fix } = MISCONFIGURATIONS[cause as Misconfiguration];
  onFound(new UnderstudyError('misconfigured', `${found.slice(0, LONGEST)}. Fix: ${fix}. This is said once`));
}

/**
 * What services have told of how they are set up: since this evaluator has started, or of before where they still run. That nobody took what they
 * put on the queue is over where it is read. Pure.
 *
 * @param startedAt of this evaluator, epoch ms
 */
export function reported(
  snapshot: Pick<LedgerSnapshot, 'at' | 'misconfigured' | 'producers' | 'runs'>,
  startedAt: number,
): readonly Reported[] {
  const alive = new Map(
    snapshot.producers.filter(({ state }) => state === 'alive').map((one) => [one.id, startedOnOurClock(one)]),
  );
  const isNow = (producers: readonly string[], lastAt: number): boolean =>
    lastAt >= startedAt || producers.some((id) => (alive.get(id) ?? Infinity) <= lastAt);
  return seenLately(snapshot)
    .filter(({ cause }) => MISCONFIGURATIONS[cause].seenBy === 'service' && cause !== 'no_evaluator')
    .flatMap(({ cause, experiment, found, lastAt, by }): Reported[] => {
      if (experiment === null) {
        const newest = by.find((one) => isNow([one.producer], one.lastAt));
        return newest === undefined ? [] : [{ cause, experiment, found: newest.found, lastAt: newest.lastAt }];
      }
      const serving = snapshot.runs.filter(({ run }) => run.experiment === experiment);
      const isTold = isNow(
        serving.flatMap(({ producers }) => producers),
        lastAt,
      );
      return isTold ? [{ cause, experiment, found, lastAt }] : [];
    });
}

interface Reported extends Pick<SeenMisconfigured, 'cause' | 'experiment' | 'found'> {
  /** Epoch ms. */
  readonly lastAt: number;
}

/** What is so from the start. On the embedded store, one machine's, nobody need be told elsewhere. */
async function ownSetup({ config, exports, onError }: CheckingSetup): Promise<readonly SeenMisconfigured[]> {
  const found: SeenMisconfigured[] = [];
  const { kind } = parseStoreUrl(config.queueUrl);
  if (!exports && kind !== 'embedded') found.push(seen('no_exporter', null, 'the evaluator exports nothing'));
  if (kind !== 'redis') return found;
  try {
    const { eviction, memory } = await readRedisFacts(config.queueUrl);
    if (eviction !== null && eviction !== 'noeviction' && memory.limit > 0)
      found.push(
        seen(
          'redis_evicts',
          null,
          `the queue's Redis has maxmemory-policy ${eviction}: pairs that wait there may vanish`,
        ),
      );
  } catch (error) {
    onError(error);
  }
  return found;
}

/** Configured experiments that no service ever had here: one that has gone looked at the right queue. */
function unannounced({ config }: CheckingSetup, { snapshot }: Report): readonly SeenMisconfigured[] {
  const served = new Set(
    snapshot.runs.filter(({ producers }) => producers.length > 0).map(({ run }) => run.experiment),
  );
  return (config.experiments ?? [])
    .filter(({ name, enabled }) => enabled && !served.has(name))
    .map(({ name }) => seen('no_service', name, `no service announces ${name} on the queue that this evaluator reads`));
}

/**
 * Producers whose clock is not ours, once a batch. One that is ahead has sent what has not come yet; one that is behind has sent long ago what
 * comes now, though nothing waits: twice in a row, as a batch that was held up is late as well. Pure but for `late`.
 */
export function skewed(
  producers: readonly Pick<ProducerState, 'id' | 'lastSeen' | 'lastSentAt' | 'lastSeq'>[],
  { drained }: Pick<QueueState, 'drained'>,
  late: Late,
): readonly SeenMisconfigured[] {
  const found: { readonly producer: string; readonly found: string }[] = [];
  for (const { id, lastSeen, lastSentAt, lastSeq } of producers) {
    const behind = lastSeen - lastSentAt;
    const before = late.get(id);
    if (before === lastSeq) continue;
    const isOff = behind < -AHEAD_MS || (drained && behind > BEHIND_MS);
    if (isOff) late.set(id, lastSeq);
    else late.delete(id);
    if (!isOff || (behind > 0 && before === undefined)) continue;
    const by = `${(Math.abs(behind) / 1000).toFixed(0)} s ${behind < 0 ? 'ahead of' : 'behind'}`;
    found.push({ producer: id, found: `the clock of the service ${id} is ${by} the evaluator's` });
  }
  const [first] = found;
  return first === undefined ? [] : [{ ...seen('clock_skew', null, first.found), count: found.length, by: found }];
}

function seen(cause: Misconfiguration, experiment: string | null, found: string): SeenMisconfigured {
  return { cause, experiment, found, count: 1 };
}
