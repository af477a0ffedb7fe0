import type { Emitter } from '../emit/telemetry.js';
import type { Report } from '../emit/ledger-metrics.js';
import type { Standing } from '../decide/standing.js';
import type { SeenVerdict, VerdictChange } from '../ledger/change.js';
import type { ChangeLedger } from '../ledger/changes.js';
import { deliver } from '../notify/deliver.js';
import type { Webhook } from '../outputs.js';
import { again } from './again.js';

export interface KeepingChanges {
  readonly ledger: ChangeLedger;
  readonly holder: string;
  readonly emitter: Pick<Emitter, 'change'>;
  readonly webhooks: readonly Webhook[];
  /** The last look; null where another replica holds the lease, and does this. */
  readonly report: () => Report | null;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onError: (what: string, error: unknown) => void;
  readonly onChange: (change: VerdictChange) => void;
}

const EVERY_MS = 500;

/** How long a verdict must have been stale before that is a change: restarts of evaluators and deployments of services are none. */
const STALE_MS = 60_000;

/** Stores what of the last look is not as it was, and tells of it. */
export function createRecorder(keeping: KeepingChanges): () => Promise<void> {
  const { ledger, holder, emitter, webhooks, report, now, onChange } = keeping;
  const destinations = webhooks.map(({ name }) => name);
  const staleSince = new Map<string, number>();

  return async () => {
    const seen = seenOf(report()).filter((one) => !isPassing(one));
    if (seen.length === 0) return;
    for (const change of await ledger.record({ holder, now: now(), seen, destinations })) {
      emitter.change(change);
      onChange(change);
    }
  };

  function isPassing({ run, arm, reason, at }: SeenVerdict): boolean {
    const key = `${run} ${arm}`;
    if (reason !== 'stale') {
      staleSince.delete(key);
      return false;
    }
    const since = staleSince.get(key) ?? at;
    staleSince.set(key, since);
    return at - since < STALE_MS;
  }
}

function seenOf(report: Report | null): readonly SeenVerdict[] {
  if (report === null) return [];
  const { at } = report.snapshot;
  const current = report.standings.filter((standing) => standing.current);
  return current.map(({ run, arm, verdict }: Standing) => {
    const { state, reason, sentence, pairs } = verdict;
    return { experiment: run.experiment, arm, run: run.id, k: run.k, state, reason, sentence, pairs, at };
  });
}

/**
 * Again and again until `signal`: stores changes, and sends them to each webhook, on a way of its own, so that one that hangs keeps nothing
 * back. What is being sent at the end is waited for.
 *
 * @param record By {@link createRecorder}.
 */
export async function keepChanges(
  keeping: KeepingChanges,
  record: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { ledger, holder, webhooks, report, now, onError } = keeping;
  const onFailure = (webhook: Webhook['name'], failure: string): void => onError(webhook, new Error(failure));
  const sending = webhooks.map((webhook) =>
    again(
      EVERY_MS,
      async () => {
        if (report() !== null) await deliver(webhook, { ledger, holder, now, onFailure }, signal);
      },
      (error) => onError(webhook.name, error),
      signal,
    ),
  );
  const recording = again(EVERY_MS, record, (error) => onError('changes', error), signal);
  await Promise.all([recording, ...sending]);
}
