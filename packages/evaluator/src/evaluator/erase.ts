import { type Batch, type CallId, type Seal, subjectKey } from '@understudy/instrumentation/trial';
import { NotFoundError } from '../errors.js';
import { eraseInBatch } from '../ledger/erase-batch.js';
import type { Erasure, ErasureTarget, Ledger } from '../ledger/ledger.js';
import { rewriteJobs, type RewriteOptions, type RewrittenJobs } from '../queue/rewrite-jobs.js';
import { readSalt } from '../queue/salt.js';
import type { Store } from '../queue/store.js';

/** Whose content is to go: all of a subject's, as its attribute names it, or a pair's. */
export type Erased = { readonly subject: string } | { readonly pair: string };

export interface EraseOptions {
  readonly queue: Pick<Store, 'queues'>;
  readonly ledger: Pick<Ledger, 'findCall' | 'erase'>;
  readonly seal: Seal | null;
  /** Only count what would go. */
  readonly dryRun: boolean;
  /** How long to wait for workers that hold some of it, in milliseconds. Default 30,000. */
  readonly waitMs?: number;
}

export interface ErasureReport {
  readonly dryRun: boolean;
  /** Pairs in the ledger. */
  readonly pairs: number;
  readonly aside: Omit<Erasure, 'pairs'>;
  readonly jobs: RewrittenJobs;
  /** Calls in these jobs. */
  readonly calls: number;
  /** Nothing was found that could not be looked into or was being worked on. */
  readonly complete: boolean;
}

/** While something still comes, the queue and the ledger are gone through again, but not for ever. */
const MOST_ROUNDS = 5;

/**
 * Erases content wherever the evaluator's stores hold it: first on the queue, then, once no worker holds any of it, in the ledger; and
 * again, until the queue holds nothing after the ledger. What a service still has in its memory comes later: whoever runs it again then
 * finds that, too.
 */
export async function erase(erased: Erased, options: EraseOptions): Promise<ErasureReport> {
  const { ledger, dryRun } = options;
  const target = await targetOf(erased, options);
  const calls = new Set<string>();
  const change = (batch: Batch): Batch | null => {
    const changed = eraseInBatch(batch, target);
    changed?.trials.forEach((trial, index) => trial !== batch.trials[index] && calls.add(trial.callId));
    return changed;
  };
  let jobs = await rewriteJobs({ ...ofQueue(options), change });
  let { pairs, ...aside } = await ledger.erase(target, { dryRun });
  for (let round = 1; !dryRun; round += 1) {
    const { changed, working, ...others } = await rewriteJobs({ ...ofQueue(options), change });
    jobs = { ...others, changed: jobs.changed + changed, working: jobs.working + working };
    if (changed === 0) break;
    if (round >= MOST_ROUNDS) {
      jobs = { ...jobs, working: jobs.working + changed };
      break;
    }
    const more = await ledger.erase(target, { dryRun });
    pairs += more.pairs;
    aside = {
      aside: aside.aside + more.aside,
      unreadable: aside.unreadable + more.unreadable,
      sealed: more.sealed,
    };
  }
  const complete = jobs.sealed + jobs.working + jobs.unreadable + aside.sealed === 0;
  return { dryRun, pairs, aside, jobs, calls: calls.size, complete };
}

function ofQueue({ queue: store, seal, dryRun, waitMs }: EraseOptions): Omit<RewriteOptions, 'change'> {
  return { store, seal, dryRun, ...(waitMs !== undefined && { waitMs }) };
}

async function targetOf(erased: Erased, options: EraseOptions): Promise<ErasureTarget> {
  const { queue, ledger } = options;
  if ('pair' in erased) {
    const { pair } = erased;
    // One that came to the ledger meanwhile is on the queue no more.
    const call = (await ledger.findCall(pair)) ?? (await callOnQueue(pair, options)) ?? (await ledger.findCall(pair));
    return { kind: 'pair', pair, call };
  }
  const salt = await readSalt(queue);
  if (salt === null)
    throw new NotFoundError(
      "there is no salt in the queue's store: no service has ever used it, so nobody is known here",
    );
  return { kind: 'subject', subject: subjectKey(erased.subject, salt) };
}

/** The call of a pair that is not stored yet: its other pairs may be in other trials. */
async function callOnQueue(pair: string, options: EraseOptions): Promise<CallId | null> {
  let call: CallId | null = null;
  const change = ({ trials }: Batch): null => {
    call ??= trials.find(({ legs }) => Object.values(legs).some(({ pairId }) => pairId === pair))?.callId ?? null;
    return null;
  };
  await rewriteJobs({ ...ofQueue(options), dryRun: true, change });
  return call;
}
