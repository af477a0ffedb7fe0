import { decodeTrial, type Trial } from '@understudy/instrumentation/trial';
import { z } from 'zod';
import { ContractError } from '../errors.js';
import type { TrialScores } from '../score/score-trial.js';

/** What a judge said of one leg. `score`: of the shadow, in [0,1]; null: it abstained. */
export interface GivenJudgement {
  readonly score: number | null;
  /** A tie that no judge was needed for: the same answer twice. */
  readonly known?: boolean | undefined;
  /** The probability the pair was sampled and drawn for the judge with; absent: every pair was drawn. */
  readonly pi?: number | undefined;
}

/** What was known of a trial before: by arm, and each may be absent. */
export interface Given {
  /** In the place of our own. */
  readonly scores: TrialScores;
  readonly judgements: Readonly<Record<string, GivenJudgement>>;
  /** A person's answer in [0,1], 1 where the shadow's is better; null: offered to people, and not answered. */
  readonly labels: Readonly<Record<string, number | null>>;
}

/** A line that is no trial: `message` says what is wrong with it, in one line and without any of its text. */
export class LineError extends Error {
  readonly code = 'line';

  constructor(message: string) {
    super(message);
    this.name = 'LineError';
  }
}

const NOTHING: Given = { scores: {}, judgements: {}, labels: {} };

/** A line without any of these words is read once. */
const WORDS = /"(?:scores|judgements|labels)"/;

const unit = z.number().min(0).max(1);
const arm = z.string().max(64);
const scoresOf = (names: ReadonlySet<string>) =>
  z
    .record(z.string(), unit.nullable())
    .refine((scores) => Object.keys(scores).every((name) => names.has(name)), 'expected the names of scorers');
const givenSchema = (names: ReadonlySet<string>) =>
  z.object({
    scores: z.record(arm, z.object({ ab: scoresOf(names).default({}), aa: scoresOf(names).default({}) })).default({}),
    judgements: z
      .record(
        arm,
        z.object({
          score: unit.nullable(),
          known: z.boolean().optional(),
          pi: z.number().gt(0).max(1).optional(),
        }),
      )
      .default({}),
    labels: z.record(arm, unit.nullable()).default({}),
  });

/** Reads lines of trials. @param scorers The names a given score may have. */
export function createTrialReader(
  scorers: ReadonlySet<string>,
): (text: string) => { readonly trial: Trial; readonly given: Given } {
  const schema = givenSchema(scorers);
  return (text) => {
    const trial = trialOf(text);
    if (!WORDS.test(text)) return { trial, given: NOTHING };
    const given = schema.safeParse(JSON.parse(text));
    if (given.success) return { trial, given: given.data };
    const [issue] = given.error.issues;
    throw new LineError(`${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'cannot be read'}`);
  };
}

/** @throws LineError */
function trialOf(text: string): Trial {
  try {
    return decodeTrial(text);
  } catch (error) {
    if (error instanceof ContractError) throw new LineError(error.message);
    throw error;
  }
}
