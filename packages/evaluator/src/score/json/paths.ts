import { isLong } from '../cut.js';
import { isObject } from '@understudy/instrumentation/trial';
import type { Answer } from '../answer.js';
import type { Scorer } from '../scorer.js';

/** Values of an answer that are looked at, in their order. */
const MOST_VALUES = 4_096;

/**
 * How much of two JSON answers is the same keys: of the paths of keys that either has, the share that both have (Jaccard); the
 * items of a list are one path. It applies where the primary is a JSON object or list; an answer that is no such thing has no
 * path in common.
 * Example: `{"a":{"b":1},"c":2}` and `{"a":{"b":3},"d":4}` -> 2 of a, a.b, c, d = .5.
 */
export const jsonPaths: Scorer = {
  name: 'json_paths',
  applies: ({ form, value }) => form === 'text' && isBranch(value),
  score: (primary, other) => (other.value === undefined && isLong(other.length) ? null : ofPaths(primary, other)),
};

function isBranch(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** A path of keys: by which answer it was met, and what is below it. */
interface Branch {
  met: number;
  readonly below: Map<string, Branch>;
}

const ITEMS = '[]';

function ofPaths(primary: Answer, other: Answer): number {
  if (!isBranch(other.value)) return 0;
  const root: Branch = { met: 0, below: new Map() };
  const counts = { both: 0, either: 0 };
  for (const [bit, { value }] of [
    [1, primary],
    [2, other],
  ] as const) {
    mark(root, value, bit, counts, { left: MOST_VALUES });
  }
  // Two objects without a key, or an empty list and an empty object.
  if (counts.either === 0) return Number(Array.isArray(primary.value) === Array.isArray(other.value));
  return counts.both / counts.either;
}

interface Counts {
  both: number;
  either: number;
}

function mark(branch: Branch, value: unknown, bit: number, counts: Counts, room: { left: number }): void {
  if (Array.isArray(value)) {
    if (value.length === 0) return;
    const items = meet(branch, ITEMS, bit, counts);
    for (const item of value) {
      room.left -= 1;
      if (room.left < 0) return;
      mark(items, item, bit, counts, room);
    }
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      room.left -= 1;
      if (room.left < 0) return;
      mark(meet(branch, `.${key}`, bit, counts), value[key], bit, counts, room);
    }
  }
}

function meet(branch: Branch, key: string, bit: number, counts: Counts): Branch {
  let found = branch.below.get(key);
  if (found === undefined) branch.below.set(key, (found = { met: 0, below: new Map() }));
  if ((found.met & bit) === 0) {
    if (found.met === 0) counts.either += 1;
    else counts.both += 1;
    found.met |= bit;
  }
  return found;
}
