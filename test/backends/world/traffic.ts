import { createHash } from 'node:crypto';

/** Calls of the whole world, numbered from 0. */
export const CALLS = 2000;
/** Calls of the first part; an evaluator is killed in the second. */
export const FIRST_PART = 1200;
export const PROCESSES = 3;
export const EXPERIMENT = 'support-mini';
export const CANDIDATES = ['mini', 'nano'] as const;
export const TOPICS = ['refunds', 'delivery', 'account', 'returns'] as const;

export type Role = 'incumbent' | (typeof CANDIDATES)[number];
export type Way = 'json' | 'stream' | 'tool' | 'tool_stream';

/**
 * What a model says to a call. `other`: the same in another order, as good. `worse`: half of it, or another tool. `fails`: HTTP 500.
 * `slow`: right, after {@link SLOW_MS}. `too_large`: more than a shadow may say.
 */
export type Said = 'right' | 'other' | 'worse' | 'fails' | 'slow' | 'too_large';

/** How much longer than usual a slow answer takes. */
const SLOW_MS = 1500;

/** One call, and what each model says to it: all by its number. */
export interface Planned {
  readonly number: number;
  /** Of the service's processes. */
  readonly process: number;
  readonly topic: (typeof TOPICS)[number];
  readonly way: Way;
  /** It uses what a shadow may not: never admitted. */
  readonly forbidden: boolean;
  readonly says: Readonly<Record<Role, Said>>;
  /** How long each takes before it answers, in milliseconds. */
  readonly takesMs: Readonly<Record<Role, number>>;
}

const WAYS: readonly Share<Way>[] = [
  ['json', 0.5],
  ['stream', 0.3],
  ['tool', 0.12],
  ['tool_stream', 0.08],
];
const INCUMBENT: readonly Share<Said>[] = [
  ['right', 0.94],
  ['worse', 0.04],
  ['fails', 0.02],
];
const SAYS: Readonly<Record<(typeof CANDIDATES)[number], readonly Share<Said>[]>> = {
  mini: [
    ['right', 0.88],
    ['other', 0.06],
    ['worse', 0.03],
    ['fails', 0.015],
    ['slow', 0.01],
    ['too_large', 0.005],
  ],
  nano: [
    ['right', 0.57],
    ['other', 0.05],
    ['worse', 0.15],
    ['fails', 0.2],
    ['slow', 0.025],
    ['too_large', 0.005],
  ],
};
const FORBIDDEN = 0.01;
const BASE_MS: Readonly<Record<Role, number>> = { incumbent: 8, mini: 6, nano: 10 };

type Share<Value> = readonly [Value, number];

export function plannedCall(number: number): Planned {
  const says = {
    incumbent: drawn(INCUMBENT, lot(number, 'incumbent')),
    mini: drawn(SAYS.mini, lot(number, 'mini')),
    nano: drawn(SAYS.nano, lot(number, 'nano')),
  };
  const takes = (role: Role): number =>
    Math.round(BASE_MS[role] * (1 + lot(number, `time ${role}`)) + (says[role] === 'slow' ? SLOW_MS : 0));
  return {
    number,
    process: number % PROCESSES,
    topic: TOPICS[Math.floor(lot(number, 'topic') * TOPICS.length)] ?? TOPICS[0],
    way: drawn(WAYS, lot(number, 'way')),
    forbidden: lot(number, 'forbidden') < FORBIDDEN,
    says,
    takesMs: { incumbent: takes('incumbent'), mini: takes('mini'), nano: takes('nano') },
  };
}

function drawn<Value>(shares: readonly Share<Value>[], at: number): Value {
  let sum = 0;
  for (const [value, share] of shares) if (at < (sum += share)) return value;
  return (shares[0] as Share<Value>)[0];
}

/** In [0, 1): the same for the same number and purpose. */
function lot(number: number, purpose: string): number {
  return createHash('sha256').update(`${number} ${purpose}`).digest().readUInt32BE(0) / 2 ** 32;
}
