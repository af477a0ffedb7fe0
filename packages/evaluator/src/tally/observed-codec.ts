import { decodeConfusion, encodeConfusion } from './confusion-codec.js';
import { type Confusion, emptyConfusion } from './confusion.js';
import { type Counters, decodeCounters, encodeCounters } from './counters.js';
import { decodeDistribution, encodeDistribution } from './distribution-codec.js';
import { type Distribution, emptyDistribution } from './distribution.js';
import type { StoredEvidence } from './close-win-rate.js';
import type { Observed } from './observed.js';

/** What is shown of a stream, by the names it is stored under. */
export type ShownMetric = 'counters' | 'labels' | 'answers_primary' | 'answers_shadow';

/** The parts of it as they are stored; those that are empty are not. */
export function encodeObserved({ arm, stream, ...one }: Observed): readonly StoredEvidence[] {
  const part = (metric: ShownMetric, bytes: Uint8Array): StoredEvidence => ({ arm, stream, metric, bytes });
  return [
    ...(one.counters.size > 0 ? [part('counters', encodeCounters(one.counters))] : []),
    ...(one.labels.pairs > 0 ? [part('labels', encodeConfusion(one.labels))] : []),
    ...(one.primary.answers > 0 ? [part('answers_primary', encodeDistribution(one.primary))] : []),
    ...(one.shadow.answers > 0 ? [part('answers_shadow', encodeDistribution(one.shadow))] : []),
  ];
}

/** @throws TallyError */
export function decodeObserved(bytes: (metric: ShownMetric) => Uint8Array | undefined): ObservedParts {
  const part = <Part>(metric: ShownMetric, decode: (bytes: Uint8Array) => Part, empty: () => Part): Part => {
    const stored = bytes(metric);
    return stored === undefined ? empty() : decode(stored);
  };
  return {
    counters: part('counters', decodeCounters, () => new Map<string, bigint>()),
    labels: part('labels', decodeConfusion, emptyConfusion),
    primary: part('answers_primary', decodeDistribution, emptyDistribution),
    shadow: part('answers_shadow', decodeDistribution, emptyDistribution),
  };
}

/** Of one arm and stream. */
export interface ObservedParts {
  readonly counters: Counters;
  readonly labels: Confusion;
  readonly primary: Distribution;
  readonly shadow: Distribution;
}

export const SHOWN_METRICS: readonly ShownMetric[] = ['counters', 'labels', 'answers_primary', 'answers_shadow'];
const METRICS: ReadonlySet<string> = new Set(SHOWN_METRICS);

export function isShown(metric: string): metric is ShownMetric {
  return METRICS.has(metric);
}
