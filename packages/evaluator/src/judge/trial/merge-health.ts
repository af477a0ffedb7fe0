import { EMPTY_HEALTH, type JudgeHealth } from './judge-health.js';

interface Counts {
  readonly [name: string]: number | Counts;
}

/** The health of everything both have seen: commutative and associative, with {@link EMPTY_HEALTH} as nothing. */
export function mergeHealth(a: JudgeHealth, b: JudgeHealth): JudgeHealth {
  return add(a as unknown as Counts, b as unknown as Counts) as unknown as JudgeHealth;
}

export function mergeAllHealth(parts: readonly JudgeHealth[]): JudgeHealth {
  return parts.reduce(mergeHealth, EMPTY_HEALTH);
}

/** A count that one side does not have is 0: a later version may count more. */
function add(a: Counts, b: Counts): Counts {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, addField(a[name], b[name])]));
}

function addField(a: number | Counts | undefined, b: number | Counts | undefined): number | Counts {
  if (a === undefined) return b ?? 0;
  if (b === undefined) return a;
  if (typeof a === 'number' || typeof b === 'number') return Number(a) + Number(b);
  return add(a, b);
}
