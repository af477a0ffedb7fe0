import { keyedHash } from './keyed-hash.js';

const DRAW_DIGITS = 12;
const DRAW_RANGE = 16 ** DRAW_DIGITS;

/**
 * The number in [0, 1) of a text under a salt: 48 bits of HMAC-SHA256.
 *
 * The same trace id gives the same number in every process that shares the salt, and the number is shared by all experiments and
 * candidates, so that the calls drawn at one rate contain those drawn at a lower one. It is keyed because a trace id may come from
 * whoever sent the request: read as it is, it would let a client choose to be compared, or not to be.
 */
export function drawOf(text: string, salt: Uint8Array): number {
  return Number.parseInt(keyedHash(salt, text).slice(0, DRAW_DIGITS), 16) / DRAW_RANGE;
}

/** True for a share `rate` of draws: the highest ones, as a threshold of 1 - rate rejects what is below it. */
export function isDrawn(draw: number, rate: number): boolean {
  return draw >= 1 - rate;
}
