import { isDeepStrictEqual } from 'node:util';
import { MODES, type SdkRuns } from './run-sdk.js';
import { legsOf, spansOf, type Sdk, type Way } from './way.js';

/** Something that must be the same with us as without. */
export interface Comparison {
  readonly kind: 'behaviour' | 'upstream' | 'telemetry';
  readonly what: string;
  readonly expected: unknown;
  readonly observed: unknown;
}

/** All that is compared of one way: each mode with us beside the one without, and the telemetry beside what is expected of it. */
export function compare(sdk: Sdk, way: Way, index: number, runs: SdkRuns): readonly Comparison[] {
  const bare = runs.of('bare', index);
  return MODES.filter((mode) => mode !== 'bare').flatMap((mode): Comparison[] => {
    const { observed, upstream } = runs.of(mode, index);
    const same = (kind: Comparison['kind'], what: string, pick: (of: typeof bare) => unknown): Comparison => ({
      kind,
      what: `${mode}: ${what}`,
      expected: pick(bare),
      observed: pick({ observed, upstream }),
    });
    const spans = spansOf(way, sdk);
    return [
      same('behaviour', 'result', (run) => run.observed?.result),
      same('behaviour', 'order of chunks', (run) => run.observed?.notes),
      same('behaviour', 'what the process noticed', (run) => run.observed?.process),
      same('upstream', 'what the provider saw', (run) => run.upstream),
      same('upstream', 'how the exchanges ended', (run) => run.observed?.endings),
      {
        kind: 'telemetry',
        what: `${mode}: telemetry`,
        expected: {
          started: spans,
          ended: spans,
          strays: 0,
          others: bare.observed?.watched.others,
          legs: legsOf(way, sdk),
          failures: [],
        },
        observed: observed?.watched,
      },
    ];
  });
}

export function differs({ expected, observed }: Comparison): boolean {
  return !isDeepStrictEqual(observed, expected);
}
