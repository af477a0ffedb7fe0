import type { ErrorClass } from '../score/deltas/error-class.js';
import type { AnswerNotes } from '../score/notes.js';
import type { ToolClass } from '../score/tools/tool-class.js';
import type { Amounts } from './amounts.js';

/**
 * The numbers of one stored pair: all that evidence is made of. The ledger keeps them as JSON, one row a leg.
 */
export const FACTS_VERSION = 1;

/** Tokens as the provider counted them; a count it did not give is absent. */
export interface Tokens {
  readonly input?: number;
  readonly output?: number;
}

/** What came of one call, without its content. Durations are milliseconds. */
export type Outcome =
  | { readonly status: 'ok'; readonly durationMs: number; readonly firstChunkMs?: number; readonly tokens?: Tokens }
  | { readonly status: 'error'; readonly type: string; readonly durationMs: number }
  | { readonly status: 'aborted'; readonly afterMs: number }
  | { readonly status: 'missing'; readonly reason: string };

/**
 * Scores in [0,1] by scorer.
 *
 * A scorer that does not apply is *absent*, and whether it applies is decided from the request and the primary alone. It is
 * `null` where it applies and this leg has no score: that is of the shadow's making and counts against it.
 */
export type Scores = Readonly<Record<string, number | null>>;

/** What is shown of a pair beside its scores, and what gates read of the two answers. */
export interface PairNotes {
  /** Null: the call has no answer that can be looked at. */
  readonly primary: AnswerNotes | null;
  readonly shadow: AnswerNotes | null;
  /** What became of the primary's tool calls; null: neither calls any. */
  readonly tools: ToolClass | null;
  /** What became of the two calls. */
  readonly classes: readonly [primary: ErrorClass, shadow: ErrorClass];
  readonly amounts: Amounts;
  /** How often the user speaks in the request; absent where that is not known. */
  readonly turns?: number;
}

/** The numbers of one pair. In a row of the arm `aa`, `shadow` is the A/A leg and `aa` is null. */
export interface PairFacts {
  readonly v: typeof FACTS_VERSION;
  /** The product of the inclusion probabilities that differ between calls, in (0, 1]. */
  readonly pi: number;
  readonly primary: Outcome;
  readonly shadow: Outcome;
  /** The incumbent asked again for the same call; null where no A/A leg was drawn. */
  readonly aa: Outcome | null;
  /** `ab`: the shadow's answer against the primary's. `aa`: the A/A leg's answer against the primary's. */
  readonly scores: { readonly ab: Scores; readonly aa: Scores };
  /** Absent in rows of versions that did not take them. */
  readonly notes?: PairNotes;
}

/** The numbers of a stored pair cannot be read: another version, or a field that is not what it should be. */
export class FactsError extends Error {
  readonly code = 'facts';
  readonly field: string;

  constructor(field: string, expected: string) {
    super(`the stored numbers of a pair cannot be read: expected \`${field}\` to be ${expected}`);
    this.name = 'FactsError';
    this.field = field;
  }
}

/**
 * Reads the numbers of a pair as they came out of the ledger.
 *
 * Only the shape is checked. A number out of range (an infinite duration, a score of 3) is left to the gates, which count
 * it as missing: one bad number must not lose the pair, since a lost pair would be neutral.
 *
 * @throws FactsError naming the field.
 */
export function readFacts(value: unknown): PairFacts {
  const facts = record(value, 'numbers');
  if (facts['v'] !== FACTS_VERSION) throw new FactsError('v', String(FACTS_VERSION));
  const scores = record(facts['scores'], 'scores');
  return {
    v: FACTS_VERSION,
    pi: number(facts['pi'], 'pi'),
    primary: outcome(facts['primary'], 'primary'),
    shadow: outcome(facts['shadow'], 'shadow'),
    aa: facts['aa'] === null ? null : outcome(facts['aa'], 'aa'),
    scores: { ab: scoresOf(scores['ab'], 'scores.ab'), aa: scoresOf(scores['aa'], 'scores.aa') },
    ...(facts['notes'] === undefined ? {} : { notes: readNotes(facts['notes']) }),
  };
}

function outcome(value: unknown, field: string): Outcome {
  const it = record(value, field);
  switch (it['status']) {
    case 'ok': {
      const durationMs = number(it['durationMs'], `${field}.durationMs`);
      return {
        status: 'ok',
        durationMs,
        ...(it['firstChunkMs'] === undefined
          ? {}
          : { firstChunkMs: number(it['firstChunkMs'], `${field}.firstChunkMs`) }),
        ...(it['tokens'] === undefined ? {} : { tokens: tokensOf(it['tokens'], `${field}.tokens`) }),
      };
    }
    case 'error':
      return {
        status: 'error',
        type: text(it['type'], `${field}.type`),
        durationMs: number(it['durationMs'], `${field}.durationMs`),
      };
    case 'aborted':
      return { status: 'aborted', afterMs: number(it['afterMs'], `${field}.afterMs`) };
    case 'missing':
      return { status: 'missing', reason: text(it['reason'], `${field}.reason`) };
    default:
      throw new FactsError(`${field}.status`, 'ok, error, aborted or missing');
  }
}

/** Who wrote them is this package; what is in a field that is there is left to whoever counts it. */
function readNotes(value: unknown): PairNotes {
  const notes = record(value, 'notes');
  for (const side of ['primary', 'shadow'] as const) if (notes[side] !== null) record(notes[side], `notes.${side}`);
  record(notes['amounts'], 'notes.amounts');
  if (!Array.isArray(notes['classes'])) throw new FactsError('notes.classes', 'two words');
  return notes as unknown as PairNotes;
}

function tokensOf(value: unknown, field: string): Tokens {
  const { input, output } = record(value, field);
  return {
    ...(input === undefined ? {} : { input: number(input, `${field}.input`) }),
    ...(output === undefined ? {} : { output: number(output, `${field}.output`) }),
  };
}

function scoresOf(value: unknown, field: string): Scores {
  const it = record(value, field);
  for (const [scorer, score] of Object.entries(it)) {
    if (score !== null && typeof score !== 'number') throw new FactsError(`${field}.${scorer}`, 'a number or null');
  }
  return it as Scores;
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FactsError(field, 'an object');
  return value as Record<string, unknown>;
}

/** JSON has no NaN and no Infinity: what was written as one of them comes back as null, and stays a number out of range. */
function number(value: unknown, field: string): number {
  if (value === null) return Number.NaN;
  if (typeof value !== 'number') throw new FactsError(field, 'a number');
  return value;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new FactsError(field, 'a string');
  return value;
}
