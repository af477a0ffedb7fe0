import type { SecretReference } from './named-secret.js';

/** The protocol a judge's endpoint speaks: OpenAI's chat completions, or Anthropic's messages. */
export type JudgeDialect = 'openai' | 'anthropic';

/** One model that judges. */
export interface JudgeModel {
  readonly model: string;
  readonly dialect: JudgeDialect;
  /** Scheme, host and path prefix, as the provider's own SDK takes it. */
  readonly baseUrl: string;
  /** Read by the evaluator, never by a service; null for a server that wants none. */
  readonly apiKey: SecretReference | null;
  /** Of a cascade: how sure it must be for its word to stand, in [0,1]; null for the last one, and outside of a cascade. */
  readonly enough: number | null;
}

/** Of the pairs whose answers agree less than `below`, this share is judged. */
export interface JudgeStratum {
  readonly below: number;
  readonly rate: number;
}

/** All of a judge that decides: a part of the run. */
export interface JudgeDefinition {
  /** `one`: the first of `models`. `jury`: all of them. `cascade`: one after the other, as far as need be. */
  readonly kind: 'one' | 'jury' | 'cascade';
  readonly models: readonly JudgeModel[];
  /** A built-in rubric's name, or the path of a YAML file. */
  readonly rubric: string;
  /** Names the rubric's file; change it when the file changes. */
  readonly version: string | null;
  /** `reasoned`: reasons, then a verdict. `token`: one letter, with its probabilities. */
  readonly mode: 'reasoned' | 'token';
  /** Tokens of a reply; of a second one, after one that was cut off or could not be read, four times as many. */
  readonly maxTokens: number;
  /** Share of pairs that are judged, where no stratum says otherwise. */
  readonly rate: number;
  /** By how much the answers agree (`lexical`), the smallest bound first. */
  readonly strata: readonly JudgeStratum[];
  /** The smallest probability of inclusion of a judged pair: what the evidence of judgements is weighed by, in the place of the run's own. */
  readonly piMin: number;
  /** Accepts a judge of the family of a model that is compared. */
  readonly force: boolean;
  /** Pairs with a known answer: so many before the first judgement, then this share of judged pairs. */
  readonly canaries: { readonly count: number; readonly rate: number };
  /** Share of judged pairs that are offered to a person, and how long an answer is waited for, from the offer on. */
  readonly labels: { readonly rate: number; readonly deadlineMs: number };
  /** How long a slice waits for its judgements, from its own deadline on. */
  readonly deadlineMs: number;
}

/** What bounds judging: no part of the run. */
export interface JudgeLimits {
  /** Pairs judged at once by one evaluator. */
  readonly concurrency: number;
  /** Calls a minute of all evaluators; null: any number. */
  readonly perMinute: number | null;
  /** US dollars an hour of all evaluators; null: as much as `budget` allows. */
  readonly usdPerHour: number | null;
  /** For one call. */
  readonly timeoutMs: number;
}

/** The judge of an experiment, every default resolved. */
export interface JudgeSettings extends JudgeDefinition, JudgeLimits {}

type ModelInput = Pick<JudgeModel, 'model'> & Partial<Omit<JudgeModel, 'model' | 'enough'>>;

/** A judge as people write it: a `model`, a `jury` or a `cascade`. What a member does not say is as beside them. */
export interface JudgeInput
  extends
    Partial<Omit<JudgeModel, 'enough'>>,
    Partial<Omit<JudgeDefinition, 'kind' | 'models' | 'canaries' | 'labels'>>,
    Partial<JudgeLimits> {
  readonly jury?: readonly ModelInput[];
  readonly cascade?: readonly (ModelInput & { readonly enough?: number })[];
  readonly canaries?: Partial<JudgeDefinition['canaries']>;
  readonly labels?: Partial<JudgeDefinition['labels']>;
}

/** A judge as it was written, with the defaults of its own fields. */
export type JudgeShape = Pick<JudgeInput, 'model' | 'dialect' | 'baseUrl' | 'apiKey' | 'jury' | 'cascade' | 'piMin'> &
  Omit<JudgeDefinition, 'kind' | 'models' | 'piMin'> &
  JudgeLimits;
