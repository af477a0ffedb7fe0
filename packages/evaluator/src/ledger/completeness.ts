import type { QueueView } from './record.js';
import type { Waiting } from './snapshot.js';

/** A producer that has said nothing for this long, while it could have been heard, is gone. */
const GONE_AFTER_MS = 90_000;
/** The most a slice waits after its end, so that the first word of a new producer is known, and clocks may differ. */
const SETTLE_MS = 5_000;

/** What a producer has said of itself. Times are epoch ms. */
export interface ProducerFacts {
  readonly id: string;
  readonly startedAt: number;
  readonly lastSeen: number;
  readonly contiguousSeq: number;
  readonly finalSeq: number | null;
  readonly watermark: number | null;
}

/** What is known of one producer's calls of one slice, all arms together. */
export interface SliceFacts {
  readonly final: boolean;
  readonly published: number;
  readonly stored: number;
}

export interface SliceTimes {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly deadlineAt: number;
}

export function sliceTimes(slice: number, settings: { lengthMs: number; deadlineMs: number }): SliceTimes {
  const endsAt = (slice + 1) * settings.lengthMs;
  return { startsAt: slice * settings.lengthMs, endsAt, deadlineAt: endsAt + settings.deadlineMs };
}

/** The time by which deadlines are measured: what lies in the queue because the evaluator was away is not late. */
export function measuredAt(now: number, { handledThrough }: Pick<QueueView, 'handledThrough'>): number {
  return Math.min(now, handledThrough);
}

/** How long after its end a slice is let settle. */
function settleMs(lengthMs: number): number {
  return Math.min(lengthMs, SETTLE_MS);
}

/** The last slice that may be looked at: it has ended, has settled, and what was put on the queue by then is handled. */
export function lastSettledSlice(lengthMs: number, now: number, queue: QueueView): number {
  return Math.floor((measuredAt(now, queue) - settleMs(lengthMs)) / lengthMs) - 1;
}

export function isGone(producer: ProducerFacts, queue: QueueView): boolean {
  return Math.max(producer.lastSeen, queue.connectedSince) + GONE_AFTER_MS <= queue.handledThrough;
}

export function isFinished(producer: ProducerFacts): boolean {
  return producer.finalSeq !== null && producer.contiguousSeq >= producer.finalSeq;
}

/**
 * What a slice waits for; empty once it can be closed. Pure.
 *
 * A watermark speaks only for a producer that has counted nothing in the slice: where it has, its final count and as many
 * rows are needed, since a batch may be stored before the one it follows. The deadline is measured on what has been handled:
 * what lies in the queue because the evaluator was away is not late.
 */
export function waitsFor(
  slice: number,
  settings: { lengthMs: number; deadlineMs: number },
  producers: readonly ProducerFacts[],
  facts: ReadonlyMap<string, SliceFacts>,
  now: number,
  queue: QueueView,
): readonly Waiting[] {
  const { endsAt, deadlineAt } = sliceTimes(slice, settings);
  const settled = endsAt + settleMs(settings.lengthMs);
  if (now < settled) return [{ for: 'end', until: settled }];
  if (queue.handledThrough < settled) return [{ for: 'queue', handledThrough: queue.handledThrough }];
  if (measuredAt(now, queue) >= deadlineAt) return [];
  return producers.flatMap((producer) => waitsForProducer(producer, facts.get(producer.id), endsAt, queue) ?? []);
}

function waitsForProducer(
  producer: ProducerFacts,
  facts: SliceFacts | undefined,
  endsAt: number,
  queue: QueueView,
): Waiting | null {
  if (isFinished(producer) || isGone(producer, queue)) return null;
  const { id } = producer;
  if (facts === undefined) {
    if (producer.startedAt >= endsAt) return null;
    return producer.watermark !== null && producer.watermark >= endsAt ? null : { for: 'watermark', producer: id };
  }
  if (!facts.final) return { for: 'final_count', producer: id };
  const { stored, published } = facts;
  return stored < published ? { for: 'rows', producer: id, stored, published } : null;
}
