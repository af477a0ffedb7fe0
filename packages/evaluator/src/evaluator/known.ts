import { setTimeout as sleep } from 'node:timers/promises';
import type { Experiment } from '@understudy/instrumentation/experiment';
import { type Standing, standingsOf } from '../decide/standing.js';
import type { Report } from '../emit/ledger-metrics.js';
import { StoreError } from '../errors.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Known } from '../serve/answer.js';

export interface KnowingOptions {
  readonly ledger: Pick<Ledger, 'snapshot'>;
  /** The last look; null where another replica holds the lease. */
  readonly report: () => Report | null;
  readonly experiments: readonly Experiment[];
  readonly acceptProvisional: boolean;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** In milliseconds: how old a look may be that requests are answered from, how long one of ours is kept, and how long a request waits. */
const TIMES = { look: 5000, kept: 1000, patience: 5000 };

/**
 * What `/api/verdict` is answered from: the last look of this process, or one at the ledger where another replica looks. However many ask,
 * the ledger is read once a second.
 */
export function createKnown(options: KnowingOptions): () => Promise<Known> {
  const { report, acceptProvisional, now } = options;
  const declared = Object.fromEntries(
    options.experiments.map(({ name, candidates }) => [name, Object.keys(candidates)]),
  );
  let reading: { readonly seen: Promise<Seen | null>; until: number } | null = null;

  return async () => {
    const last = report();
    const fresh = last !== null && now() - last.snapshot.at <= TIMES.look;
    const seen = fresh ? { standings: last.standings, at: last.snapshot.at } : await read();
    return { standings: seen?.standings ?? null, at: seen?.at ?? now(), declared, acceptProvisional };
  };

  function read(): Promise<Seen | null> {
    if (reading !== null && now() < reading.until) return reading.seen;
    // However long it takes, nobody begins another.
    const begun = { seen: lookWithin(options), until: Infinity };
    reading = begun;
    void begun.seen.then(() => {
      begun.until = now() + TIMES.kept;
    });
    return begun.seen;
  }
}

interface Seen {
  readonly standings: readonly Standing[];
  readonly at: number;
}

async function lookWithin({ ledger, now, onError }: KnowingOptions): Promise<Seen | null> {
  const limit = new AbortController();
  const work = ledger.snapshot({ now: now() });
  const late = sleep(TIMES.patience, undefined, { signal: limit.signal }).then(() => {
    throw new StoreError(`the ledger did not answer within ${TIMES.patience} ms`);
  });
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    const snapshot = await Promise.race([work, late]);
    return { standings: standingsOf(snapshot), at: snapshot.at };
  } catch (error) {
    onError(error);
    return null;
  } finally {
    limit.abort();
  }
}
