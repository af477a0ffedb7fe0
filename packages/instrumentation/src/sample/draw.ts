import { createHash } from 'node:crypto';

/** The draw uses the top 52 of the trace id's low 56 random bits: what a double holds exactly. */
const DRAW_DIGITS = 13;
const DRAW_RANGE = 16 ** DRAW_DIGITS;

/**
 * The number in [0, 1) of a trace, from the low 56 bits of its id, as OpenTelemetry's consistent probability sampling takes
 * its randomness (W3C Trace Context level 2, random flag). The same trace gives the same number in every process, and it is
 * shared by all experiments and candidates, so that the calls drawn at one rate contain those drawn at a lower one.
 *
 * `traceDraw('…80000000000000')` is 0.5.
 */
export function traceDraw(traceId: string): number {
  return Number.parseInt(traceId.slice(-14, -1), 16) / DRAW_RANGE;
}

/** A number in [0, 1) that depends on `text` only and on nothing a trace id's draw depends on. */
export function hashDraw(text: string): number {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, DRAW_DIGITS);
  return Number.parseInt(hex, 16) / DRAW_RANGE;
}

/** True for a share `rate` of draws: the highest ones, as a threshold of 1 - rate rejects what is below it. */
export function isDrawn(draw: number, rate: number): boolean {
  return draw >= 1 - rate;
}
