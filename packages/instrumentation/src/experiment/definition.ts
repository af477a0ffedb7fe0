import type { Gates } from './gates.js';
import type { RunId } from '../trial/trial.js';
import type { EmbeddingsDefinition, EmbeddingsInput, EmbeddingsSettings } from './embeddings.js';
import type { JudgeDefinition, JudgeInput, JudgeSettings, JudgeShape } from './judging.js';
import type { SecretReference } from './named-secret.js';
import type { PresetName } from './preset-name.js';
import type { Budget, ControlSettings, GovernorSettings, Target } from './protection.js';
import type { Sample, Window, WindowInput } from './sampling.js';

export type { SecretReference } from './named-secret.js';

/** What becomes of the system prompt: another one (a text alone means the same), or one with more before or after it. */
export type SystemPrompt =
  | string
  | { readonly replace: string }
  | { readonly prepend: string }
  | { readonly append: string };

/** What a candidate changes of the incumbent's call. What is absent stays as the primary sent it. */
export interface Candidate {
  readonly model?: string;
  /** The protocol it speaks, e.g. `anthropic-messages`; without it the primary's own. Needs a `baseUrl`. */
  readonly dialect?: string;
  /**
   * Scheme, host and path prefix, as the provider's own SDK takes it, e.g. `https://api.openai.com/v1` or `https://api.anthropic.com`;
   * without it the primary's own endpoint.
   */
  readonly baseUrl?: string;
  /** Sent as the protocol wants it. With a `baseUrl` on another origin the primary's own key is never sent there. */
  readonly apiKey?: SecretReference;
  /** The header that carries the key instead, e.g. `x-gateway-key`; `authorization` carries it as `Bearer`. */
  readonly keyHeader?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Parameters of the URL, e.g. Azure's `api-version`. */
  readonly query?: Readonly<Record<string, string>>;
  /** A JSON merge patch (RFC 7396) of the request body in the candidate's protocol: `null` removes, objects are merged. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Fields of the primary's body that the candidate does without, since its protocol has no equal for them; `outer.inner` below the top. */
  readonly omit?: readonly string[];
  readonly system?: SystemPrompt;
  /** Names the code that the candidate is, or that makes its request (a `transform` rule, a function); change it when the code changes. */
  readonly version?: string;
}

export interface Match {
  /** `gen_ai.operation.name` of the calls, e.g. `chat`; `*` stands for any characters. */
  readonly operation: string;
  /** A model name; `*` stands for any characters. */
  readonly model: string;
}

/** Slices of traffic that get their own verdict. */
export interface Segments {
  /** The attribute of the service's active span that names the segment, or null for none. */
  readonly attribute: string | null;
  /** The most segments told apart; calls past it are in `_other`. */
  readonly max: number;
  /** Segments that must be GO for the whole to be GO. */
  readonly critical: readonly string[];
  /** Names the user's `segment` function; change it when the function changes. */
  readonly version: string | null;
}

/** What makes calls repeat each other: one pair per key is evidence. */
export interface Cluster {
  /** The span attribute that holds the conversation's id, or null: system and first user message. */
  readonly attribute: string | null;
  readonly version: string | null;
}

/**
 * What of the texts travels to the queue and the ledger: `full`, all; `redacted`, all but private values; `features`, hashes, lengths and
 * structure, which the scorers need; `none`.
 */
export type ContentMode = 'full' | 'redacted' | 'features' | 'none';

export interface Redaction {
  /** Names the user's `redact` function; change it when the function changes. */
  readonly version: string | null;
}

/** Whose call it is: only a salted hash of it travels, so that what was said can be erased by it. */
export interface Subject {
  /** The attribute of the service's active span that holds it, e.g. `enduser.id`, or null: it is not recorded. */
  readonly attribute: string | null;
}

/** With which keys content is sealed on the queue and in the ledger. */
export interface Encryption {
  /** What is written is sealed with it: 32 bytes, in base64 or hex. */
  readonly key: SecretReference;
  /** Keys of before, with which the evaluator still reads. */
  readonly previous: readonly SecretReference[];
}

export interface Retention {
  /** Days after which content is removed from the ledger; null: never. */
  readonly days: number | null;
}

/** What decides. Declared before the first pair; a change starts a new run. */
export interface Policy {
  /** One-sided, per metric; divided among candidates and restarts. */
  readonly alpha: number;
  /** Evidence pairs of the overall stream below which there is no GO. */
  readonly minPairs: number;
  /** The least share of sampled calls that must have been admitted. */
  readonly minCoverage: number;
  /** GO needs a pair of evidence of each hour of the day (UTC). Absent: it does not. */
  readonly fullDay?: true;
  /** Why one would switch: stated beside the verdict, never decided on. Absent: nobody has said. */
  readonly success?: Success;
  readonly gates: Gates;
}

/** What a switch is for: less money, less waiting, better answers. */
export type Success = 'cheaper' | 'faster' | 'better';

export interface SliceSettings {
  /** Length of a slice of call start time, in milliseconds. */
  readonly lengthMs: number;
  /** How long after its end a slice waits for producers, in milliseconds. */
  readonly deadlineMs: number;
}

/** `linked`: a shadow is a root span, linked with its primary both ways. `same-trace`: it is a child of its primary, linked as well. */
export type Topology = 'linked' | 'same-trace';

/** One experiment, every default resolved. */
export interface Experiment {
  readonly name: string;
  readonly enabled: boolean;
  readonly match: Match;
  readonly candidates: Readonly<Record<string, Candidate>>;
  /** Share of sampled calls that also get an A/A leg. */
  readonly noise: { readonly rate: number };
  readonly sample: Sample;
  /** Outside of it the experiment is off; null: always on. */
  readonly window: Window | null;
  /** What it may cost; null: any amount. */
  readonly budget: Budget | null;
  /** Which model compares the answers; null: none does. */
  readonly judge: JudgeSettings | null;
  /** Which model answers are compared by as vectors; null: none. */
  readonly embeddings: EmbeddingsSettings | null;
  /** When there is enough evidence; null: never. */
  readonly target: Target | null;
  readonly governor: GovernorSettings;
  readonly control: ControlSettings;
  readonly segments: Segments;
  readonly cluster: Cluster;
  readonly content: ContentMode;
  readonly redaction: Redaction;
  readonly subject: Subject;
  readonly policy: Policy;
  readonly slice: SliceSettings;
  readonly piMin: number;
  readonly shadow: {
    readonly timeoutMs: number;
    /** Of one shadow's response, in bytes. */
    readonly maxBytes: number;
    /** Shadows in flight at once. */
    readonly concurrency: number;
    /** Fire shadows only where the primary's span is recorded, so that every pair can be looked at. */
    readonly requireRecording: boolean;
    /** Where a shadow's span goes: a trace of its own, linked to the primary's, or the primary's trace. Telemetry only. */
    readonly topology: Topology;
  };
}

/** An experiment whose fields are right one by one, before what depends on several of them is resolved. */
export interface ExperimentShape extends Omit<
  Experiment,
  'candidates' | 'slice' | 'piMin' | 'window' | 'policy' | 'judge'
> {
  readonly judge: JudgeShape | null;
  readonly candidate?: Candidate;
  readonly candidates?: Readonly<Record<string, Candidate>>;
  readonly policy: Omit<Policy, 'gates'> & { readonly preset?: PresetName; readonly gates?: Gates };
  readonly slice: { readonly lengthMs: number; readonly deadlineMs?: number };
  readonly piMin?: number;
  readonly window: WindowInput | null;
}

/** An experiment as people write it, in YAML or in code: everything with a default may be left out. */
export interface ExperimentInput {
  readonly name: string;
  readonly enabled?: boolean;
  readonly match?: Partial<Match>;
  readonly candidate?: Candidate;
  readonly candidates?: Readonly<Record<string, Candidate>>;
  readonly noise?: Partial<Experiment['noise']>;
  readonly sample?: Partial<Sample>;
  readonly window?: WindowInput | null;
  readonly budget?: (Pick<Budget, 'usd'> & Partial<Budget>) | null;
  readonly judge?: JudgeInput | null;
  readonly embeddings?: EmbeddingsInput | null;
  readonly target?: (Pick<Target, 'pairs'> & Partial<Target>) | null;
  readonly governor?: Partial<GovernorSettings>;
  readonly control?: Partial<ControlSettings>;
  readonly segments?: Partial<Segments>;
  readonly cluster?: Partial<Cluster>;
  readonly content?: ContentMode;
  readonly redaction?: Partial<Redaction>;
  readonly subject?: Partial<Subject>;
  readonly policy?: Partial<Omit<Policy, 'gates'>> & {
    /** What is not written beside it is the preset's. */
    readonly preset?: PresetName;
    /** `false`: without this gate of the preset. */
    readonly gates?: { readonly [Gate in keyof Gates]: Partial<Gates[Gate]> | false };
  };
  readonly slice?: Partial<SliceSettings>;
  readonly piMin?: number;
  readonly shadow?: Partial<Experiment['shadow']>;
}

/** A file whose fields are right one by one. */
export interface ConfigShape {
  readonly version: 1;
  readonly queue: { readonly url: string };
  readonly ledger?: { readonly url: string };
  readonly encryption: Encryption | null;
  readonly retention: Retention;
  readonly experiments: readonly ExperimentShape[];
}

/** The file both sides read. */
export interface UnderstudyConfig {
  readonly version: 1;
  readonly queue: { readonly url: string };
  readonly ledger: { readonly url: string };
  /** Null: content is stored as the experiments' `content` leaves it. */
  readonly encryption: Encryption | null;
  readonly retention: Retention;
  readonly experiments: readonly Experiment[];
}

/** What decides, and nothing else: hashed, announced and stored. Secrets by the name of their reference. */
export interface RunDefinition {
  readonly candidates: Readonly<Record<string, Candidate>>;
  readonly match: Match;
  readonly segments: Segments;
  readonly cluster: Cluster;
  readonly judge: JudgeDefinition | null;
  /** Only where there are some. */
  readonly embeddings?: EmbeddingsDefinition;
  readonly policy: Policy;
  readonly slice: SliceSettings;
  readonly piMin: number;
  readonly noise: { readonly rate: number };
  /** Only where a rule in code redacts: it changes what is compared. */
  readonly redaction?: Redaction;
}

/** A run: one immutable definition of an experiment. */
export interface Run {
  readonly id: RunId;
  readonly experiment: string;
  readonly definition: RunDefinition;
}
