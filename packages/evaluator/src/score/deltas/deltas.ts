import type { Leg } from '@understudy/instrumentation/trial';
import { type CostDeltas, costDeltas, type LegPrices } from './cost.js';
import type { Delta } from './delta.js';
import { type ErrorClass, errorClass } from './error-class.js';
import { firstChunkDelta, latencyDelta } from './latency.js';
import { outputSpeedDelta } from './output-speed.js';
import { type TokenDeltas, tokenDeltas } from './tokens.js';

/** What two calls took, beside what they answered. */
export interface Deltas {
  readonly outcome: { readonly primary: ErrorClass; readonly other: ErrorClass };
  /** Milliseconds. */
  readonly latency: Delta;
  /** Milliseconds. */
  readonly firstChunk: Delta;
  /** Tokens a second. */
  readonly outputSpeed: Delta;
  readonly tokens: TokenDeltas;
  /** Nano-dollars. */
  readonly cost: CostDeltas;
}

/** Everything about a pair that is a number of its own and no score: pure, and null where it is not known. */
export function deltasOf(primary: Leg, other: Leg, prices: LegPrices): Deltas {
  return {
    outcome: { primary: errorClass(primary), other: errorClass(other) },
    latency: latencyDelta(primary, other),
    firstChunk: firstChunkDelta(primary, other),
    outputSpeed: outputSpeedDelta(primary, other),
    tokens: tokenDeltas(primary, other),
    cost: costDeltas(primary, other, prices),
  };
}
