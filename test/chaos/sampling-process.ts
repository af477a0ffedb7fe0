import type { ExperimentInput } from '../../packages/instrumentation/src/experiment/definition.js';
import { aCall, hexId, instance } from '../sampling/deciding.js';
import { seeded } from '../simulation/random.js';

// A service process on its own: it decides about calls of every kind, each in a trace of its own, and prints what it drew.
// SAMPLING holds what it needs to know.

/** Kinds of calls, which rules tell apart. */
export const KINDS = ['mini', 'bulk', 'refunds', 'acme', 'other'] as const;
export type Kind = (typeof KINDS)[number];

export interface SamplingTask {
  readonly seed: number;
  /** Of each kind. */
  readonly calls: number;
  /** The users whose calls these are, the same in every process. */
  readonly users: number;
  readonly experiment: Partial<ExperimentInput>;
}

/** What one process drew. */
export interface SamplingResult {
  /** By kind. */
  readonly drawn: Readonly<Record<Kind, number>>;
  /** By user: whether all of the user's calls were drawn, or none; null: some. */
  readonly users: readonly (boolean | null)[];
  /** Calls whose stored probability of inclusion is not the one they were drawn with, by kind. */
  readonly pis: Readonly<Record<Kind, readonly number[]>>;
}

const { seed, calls, users, experiment } = JSON.parse(process.env['SAMPLING'] ?? '') as SamplingTask;
const random = seeded(seed);
const { decide } = instance(experiment);
const drawn: Record<Kind, number> = { mini: 0, bulk: 0, refunds: 0, acme: 0, other: 0 };
const pis = Object.fromEntries(KINDS.map((kind) => [kind, new Set<number>()])) as Record<Kind, Set<number>>;
const byUser = Array.from({ length: users }, () => ({ drawn: 0, not: 0 }));

for (const kind of KINDS) {
  for (let index = 0; index < calls; index += 1) {
    const user = Math.floor(random.next() * users);
    const call = aCall(random, {
      model: kind === 'mini' ? 'gpt-5-mini' : 'gpt-5',
      context: {
        user: `user ${user}`,
        ...(kind === 'bulk' && { job: 'bulk-7' }),
        ...(kind === 'refunds' && { route: 'refunds' }),
      },
      wire: { headers: new Map(kind === 'acme' ? [['x-tenant', 'acme']] : []) },
    });
    const decision = decide(call, hexId(random));
    if (decision.status === 'outside') throw new Error(decision.reason);
    pis[kind].add(decision.pi);
    const counts = byUser[user];
    if (decision.status === 'sampled') drawn[kind] += 1;
    if (counts !== undefined) counts[decision.status === 'sampled' ? 'drawn' : 'not'] += 1;
  }
}
const result: SamplingResult = {
  drawn,
  users: byUser.map((counts) => (counts.drawn > 0 && counts.not > 0 ? null : counts.drawn > 0)),
  pis: Object.fromEntries(KINDS.map((kind) => [kind, [...pis[kind]]])) as unknown as SamplingResult['pis'],
};
process.stdout.write(JSON.stringify(result));
