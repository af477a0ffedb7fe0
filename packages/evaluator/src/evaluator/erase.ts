import { type Seal, subjectKey } from '@understudy/instrumentation/trial';
import { NotFoundError } from '../errors.js';
import { eraseInBatch } from '../ledger/erase-batch.js';
import type { Erasure, ErasureTarget, Ledger } from '../ledger/ledger.js';
import { rewriteJobs, type RewrittenJobs } from '../queue/rewrite-jobs.js';
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

/**
 * Erases content wherever the evaluator's stores hold it: first on the queue, then, once no worker holds any of it, in the ledger. What a
 * service still has in its memory comes later: whoever runs it again then finds that, too.
 */
export async function erase(erased: Erased, options: EraseOptions): Promise<ErasureReport> {
  const { queue, ledger, seal, dryRun, waitMs } = options;
  const target = await targetOf(erased, options);
  const calls = new Set<string>();
  const jobs = await rewriteJobs({
    store: queue,
    seal,
    dryRun,
    ...(waitMs !== undefined && { waitMs }),
    change: (batch) => {
      const changed = eraseInBatch(batch, target);
      changed?.trials.forEach((trial, index) => trial !== batch.trials[index] && calls.add(trial.callId));
      return changed;
    },
  });
  const { pairs, ...aside } = await ledger.erase(target, { dryRun });
  const complete = jobs.sealed + jobs.working + jobs.unreadable + aside.sealed === 0;
  return { dryRun, pairs, aside, jobs, calls: calls.size, complete };
}

async function targetOf(erased: Erased, { queue, ledger }: EraseOptions): Promise<ErasureTarget> {
  if ('pair' in erased) {
    return { kind: 'pair', pair: erased.pair, call: await ledger.findCall(erased.pair) };
  }
  const salt = await readSalt(queue);
  if (salt === null)
    throw new NotFoundError(
      "there is no salt in the queue's store: no service has ever used it, so nobody is known here",
    );
  return { kind: 'subject', subject: subjectKey(erased.subject, salt) };
}
