import { BETS, betTerms } from '../../packages/evaluator/src/stats/bets.js';
import { logEValue } from '../../packages/evaluator/src/stats/e-value.js';
import { decodeTally } from '../../packages/evaluator/src/tally/codec.js';
import { sumsOf } from '../../packages/evaluator/src/tally/tally.js';
import { type ArmName, ARMS, type Call } from './oracle-traffic.js';

/** What an evaluator said at one look. `at`, `closedThrough`: epoch ms. */
export interface Look {
  readonly holder: number;
  readonly at: number;
  readonly closedThrough: number | null;
  readonly openCount: number;
  /** Producers that have said goodbye. */
  readonly final: number;
  readonly arms: Readonly<Record<string, ArmLook>>;
}

interface ArmLook {
  readonly state: string;
  readonly reason: string;
  /** The tally of the gate on errors over all calls, in base64. */
  readonly bytes: string | null;
  readonly stored: number;
  readonly late: number;
  readonly aside: number;
  readonly lost: number;
}

/** Integers only. */
interface Evidence {
  readonly pairs: number;
  readonly missing: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly safe: readonly bigint[];
  readonly harm: readonly bigint[];
}

export interface OracleSettings {
  readonly calls: readonly Call[];
  /** Epoch ms of the first call. */
  readonly start: number;
  readonly margin: number;
  /** Of the test. */
  readonly level: number;
  readonly minPairs: number;
}

/** Somebody who knows every call, and counts on his own. */
export class Oracle {
  readonly #settings: OracleSettings;
  readonly #m: number;
  readonly #terms = new Map<number, Float64Array>();

  constructor(settings: OracleSettings) {
    this.#settings = settings;
    this.#m = (1 - settings.margin) / 2;
  }

  /** What is wrong with a look; empty where nothing is. `sentBy`: whether a call was on the queue by then (epoch ms). */
  objections(look: Look, sentBy: (call: number, at: number) => boolean): readonly string[] {
    const { calls, start } = this.#settings;
    const through = (look.closedThrough ?? -Infinity) - start;
    const open = calls.findIndex((call, index) => call.at < through && !this.#isResolved(call, index, look, sentBy));
    const said = open === -1 ? [] : [`closed through ${through} with call ${open} unresolved`];
    return [...said, ...ARMS.flatMap((arm) => this.#objectionsTo(arm, look, through))];
  }

  /** By what is closed, in order of start: whether the claim may be made. */
  allows(arm: ArmName, through: number): boolean {
    const { pairs, missing, safe } = this.evidence(arm, (call) => call.at < through);
    return pairs - missing >= this.#settings.minPairs && logEValue(safe) >= -Math.log(this.#settings.level);
  }

  /** Whether counting pairs as they complete would have said GO at some look, a look each 100 ms. */
  fools(arm: ArmName, seconds: number): boolean {
    const { minPairs, level } = this.#settings;
    return Array.from({ length: seconds * 10 }, (_, look) => look * 100).some((at) => {
      const { pairs, safe } = this.evidence(arm, (call) => call.resolvedAt <= at);
      return pairs >= minPairs && logEValue(safe) >= -Math.log(level);
    });
  }

  evidence(arm: ArmName, counts: (call: Call) => boolean): Evidence {
    const found = { pairs: 0, missing: 0, wins: 0, ties: 0, losses: 0 };
    for (const call of this.#settings.calls) {
      if (!counts(call)) continue;
      found.pairs += 1;
      found[call.givenUp ? 'missing' : outcome(arm, call)] += 1;
    }
    const { missing, wins, ties, losses } = found;
    // Missing counts against both claims.
    const safe = this.#sum(this.#m, { lost: losses + missing, ties, won: wins });
    const harm = this.#sum(1 - this.#m, { lost: wins + missing, ties, won: losses });
    return { ...found, safe, harm };
  }

  #isResolved(call: Call, index: number, look: Look, sentBy: (call: number, at: number) => boolean): boolean {
    if (this.#settings.start + call.resolvedAt > look.at) return false;
    return call.givenUp || sentBy(index, look.at);
  }

  #objectionsTo(arm: ArmName, look: Look, through: number): readonly string[] {
    const said = look.arms[arm];
    if (said === undefined) return [`no word of ${arm}`];
    const objections: string[] = [];
    if (said.state === 'go' && !this.allows(arm, through))
      objections.push(`GO for ${arm} on evidence through ${through}`);
    const expected = this.evidence(arm, (call) => call.at < through);
    const found = said.bytes === null ? null : sumsOf(decodeTally(Buffer.from(said.bytes, 'base64')));
    for (const name of ['pairs', 'missing', 'wins', 'ties', 'losses'] as const) {
      const got = Number(found?.[name] ?? 0);
      if (got !== expected[name]) objections.push(`${arm} through ${through}: ${got} ${name}, not ${expected[name]}`);
    }
    for (const claim of ['safe', 'harm'] as const)
      if (found !== null && found[claim].some((sum, g) => sum !== expected[claim][g]))
        objections.push(`${arm} through ${through}: other sums of ${claim}`);
    return objections;
  }

  #sum(m: number, { lost, ties, won }: Readonly<Record<'lost' | 'ties' | 'won', number>>): readonly bigint[] {
    const terms = [0, 0.5, 1].map((x) => this.#termsOf(x, m));
    return Array.from({ length: BETS }, (_, g) =>
      [lost, ties, won].reduce((sum, count, at) => sum + BigInt(count) * BigInt(terms[at]?.[g] ?? 0), 0n),
    );
  }

  #termsOf(x: number, m: number): Float64Array {
    const key = 10 * x + m;
    const terms = this.#terms.get(key) ?? betTerms(x, m, 1);
    this.#terms.set(key, terms);
    return terms;
  }
}

function outcome(arm: ArmName, { primaryFails, timesOut }: Call): 'wins' | 'ties' | 'losses' {
  const shadowFails = arm === 'slow' && timesOut;
  return primaryFails === shadowFails ? 'ties' : primaryFails ? 'wins' : 'losses';
}
