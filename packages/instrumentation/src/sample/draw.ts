import { keyedHash } from './keyed-hash.js';

const DIGITS = 12;
const RANGE = 16 ** DIGITS;

/** What a text comes to under a salt: two numbers in [0, 1) that say nothing of each other. */
export interface Draw {
  /** What is held against a probability. */
  readonly draw: number;
  /** What a text is told from others by: nearly all differ. */
  readonly mark: number;
}

/**
 * The draw of a text under a salt: 48 bits of HMAC-SHA256, and 48 others as its mark.
 *
 * The same trace id gives the same numbers in every process that shares the salt, and they are shared by all experiments and
 * candidates, so that the calls drawn at one rate contain those drawn at a lower one. They are keyed because a trace id may come from
 * whoever sent the request: read as it is, it would let a client choose to be compared, or not to be.
 */
export function drawAndMark(text: string, salt: Uint8Array): Draw {
  const hash = keyedHash(salt, text);
  return { draw: numberAt(hash, 0), mark: numberAt(hash, DIGITS) };
}

/** The draw alone. */
export function drawOf(text: string, salt: Uint8Array): number {
  return numberAt(keyedHash(salt, text), 0);
}

/** True for a share `rate` of draws: the highest ones, as a threshold of 1 - rate rejects what is below it. */
export function isDrawn(draw: number, rate: number): boolean {
  return draw >= 1 - rate;
}

function numberAt(hash: string, digit: number): number {
  return Number.parseInt(hash.slice(digit, digit + DIGITS), 16) / RANGE;
}
