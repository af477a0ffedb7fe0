import type { Bounds } from '../experiment/bounds.js';
import type { Misconfigured } from './misconfigurations.js';

/**
 * What travels from the service to the evaluator: one {@link Trial} per admitted primary call, with all its legs.
 *
 * Words: a *call* is one request to a model; the *primary* is the one the user gets; a *shadow* is its duplicate for an *arm*
 * (a named candidate, or `aa`, the incumbent again); a *leg* is one arm's outcome; a *pair* is the primary with one leg.
 */
export const TRIAL_VERSION = 1;

/** The arm that runs the incumbent a second time: the noise floor every agreement is measured against. */
export const AA_ARM = 'aa';

/** The reserved names of segments: everything, calls past the declared maximum, and calls with no segment. */
export const SEGMENT_ALL = '_all';
export const SEGMENT_OTHER = '_other';
export const SEGMENT_NONE = '_none';

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: { readonly [Key in Name]: true } };

/** UUIDv7 of the primary call's start. */
export type CallId = Branded<string, 'CallId'>;
/** UUIDv7 of the primary call's start, one per leg. */
export type PairId = Branded<string, 'PairId'>;
/** The first 16 hex digits of the SHA-256 of the definition that decides. */
export type RunId = Branded<string, 'RunId'>;
/** 16 hex digits: the salted hash of what makes calls repeat each other. */
export type ClusterKey = Branded<string, 'ClusterKey'>;
/** 32 hex digits: the salted hash of whose call it is. */
export type SubjectKey = Branded<string, 'SubjectKey'>;

/** Where a call's span is: `traceId` 32 hex, `spanId` 16 hex. */
export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
}

/** Tokens, as the provider counted them. A count the provider did not give is absent, never 0. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Of the input tokens: read from a cache. */
  readonly cachedInputTokens?: number;
  /** Of the input tokens: written to a cache, for calls to come. */
  readonly cacheCreationInputTokens?: number;
  readonly reasoningTokens?: number;
}

/** A piece of a message, in the shape of the OpenTelemetry GenAI conventions (`gen_ai.input.messages`). */
export type Part =
  | { readonly type: 'text'; readonly content: string }
  | { readonly type: 'refusal'; readonly content: string }
  | { readonly type: 'tool_call'; readonly id: string | null; readonly name: string; readonly arguments: string }
  | { readonly type: 'tool_call_response'; readonly id: string | null; readonly response: string }
  | { readonly type: 'other'; readonly kind: string };

/** One message of the request, or one choice of the answer. */
export interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
}

/**
 * What was said: in full or redacted (`text`), or what scorers need of it and no text (`features`), as the experiment's `content` says.
 * All contents of a trial are of one kind, or `none`.
 */
export type Content =
  | { readonly kind: 'text'; readonly messages: readonly Message[] }
  | {
      readonly kind: 'features';
      /** Of an answer's whole text. Null for an input, and where a part of the answer is no text. */
      readonly compared: ComparedFeatures | null;
      readonly messages: readonly { readonly role: string; readonly parts: readonly PartFeatures[] }[];
    }
  | { readonly kind: 'none' };

/** What scorers compare of an answer. Hashes are keyed: 32 hex digits, equal within one trial where the texts are. */
export interface ComparedFeatures {
  /** In UTF-16 code units. */
  readonly length: number;
  readonly raw: string;
  /** Of the text in NFC, with single spaces. */
  readonly normalised: string;
  /** Of its canonical JSON, or null where it is none. */
  readonly json: string | null;
  /** Its tokens in order, each by the number it has in this trial. */
  readonly tokens: readonly number[];
}

/** The structure of a part: lines that Markdown takes for headings, items of lists and fences of code, and tables. */
export interface PartFeatures {
  readonly type: Part['type'];
  /** In UTF-16 code units. */
  readonly length: number;
  readonly headings: number;
  readonly items: number;
  readonly fences: number;
  /** Absent where the producer did not count them. */
  readonly tables?: number;
  /** Of a JSON object, its keys as keyed hashes, in order. */
  readonly keys: readonly string[] | null;
  /** Of a tool call, the tool's name as a keyed hash. */
  readonly name?: string;
}

/** The outcome of one call. Durations are milliseconds of the process's monotonic clock. */
export type Leg =
  | {
      readonly status: 'ok';
      readonly answer: Content;
      readonly finish: string | null;
      readonly usage: Usage | null;
      readonly durationMs: number;
      readonly firstChunkMs?: number;
      readonly model: string | null;
      readonly span: SpanReference | null;
    }
  | {
      readonly status: 'error';
      readonly type: string;
      readonly durationMs: number;
      readonly span: SpanReference | null;
    }
  | { readonly status: 'aborted'; readonly afterMs: number; readonly span: SpanReference | null }
  | { readonly status: 'missing'; readonly reason: string };

/** What a request asks of the form of its answer. Schemas are JSON texts; one that is too long to travel is absent. */
export interface Asked {
  /** The answer is to be JSON, of this schema where one was given. */
  readonly output?: { readonly type: 'json'; readonly schema?: string };
  /** The tools that were offered. */
  readonly tools?: readonly { readonly name: string; readonly parameters?: string }[];
}

/** One admitted primary call with all its legs. `startedAt` is epoch milliseconds of the call's start. */
export interface Trial {
  readonly v: typeof TRIAL_VERSION;
  readonly callId: CallId;
  readonly run: RunId;
  readonly producer: string;
  readonly segment: string;
  readonly cluster: ClusterKey;
  /** Where the experiment says what names it, and the call's span holds that. */
  readonly subject?: SubjectKey;
  /** Its content was erased on the queue: features stand in for texts until it is scored, and nothing of them is kept. */
  readonly erased?: true;
  /** The product of the inclusion probabilities that differ between calls, in (0, 1]. */
  readonly pi: number;
  readonly operation: string;
  readonly stream: boolean;
  readonly startedAt: number;
  readonly input: Content;
  /** How often the user speaks in the request, whatever of it may travel; absent where that cannot be read. */
  readonly turns?: number;
  /** Only beside contents that are texts; absent where nothing in particular was asked, or it cannot be read. */
  readonly asked?: Asked;
  readonly primary: Leg;
  /**
   * By arm, every leg that was admitted. One that is `missing` travels only beside one that is not, to say that it was drawn: it
   * is counted as dropped, not as published, and is no row of the ledger.
   */
  readonly legs: Readonly<Record<string, TrialLeg>>;
}

/** A leg of a trial, with the id of the pair it makes with the primary. */
export type TrialLeg = Leg & { readonly pairId: PairId };

/**
 * What one producer did with the calls that started in one slice, for one run, segment, arm and inclusion probability.
 *
 * Cumulative: a later batch's count replaces an earlier one's. It adds up: `sampled = admitted + sum(skipped)`, and once
 * `final`, `admitted = published + sum(dropped)`.
 */
export interface SliceCount {
  readonly run: RunId;
  /** Index of the slice: floor(start of the call in epoch ms / slice length in ms). */
  readonly slice: number;
  readonly segment: string;
  readonly arm: string;
  readonly pi: number;
  readonly eligible: number;
  readonly sampled: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly admitted: number;
  readonly published: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Every call of the slice is resolved: nothing of this count changes any more. */
  readonly final: boolean;
}

/**
 * What one producer drew with one probability: distinct traces or keys, each by its first call. Cumulative since the producer's start.
 * `draws` of them it is known of, `drawn` of them were drawn and their calls accounted for.
 */
export interface DrawCount {
  readonly run: RunId;
  readonly pi: number;
  readonly draws: number;
  readonly drawn: number;
}

/** A run as the service announces it: the definition that was hashed (secrets by reference name only). */
export interface Announcement {
  readonly run: RunId;
  readonly experiment: string;
  readonly definition: unknown;
  /** What bounds its shadowing, in the service that announces it: no part of the run. Absent: nobody knows. */
  readonly bounds?: Bounds;
}

/** Funnel totals of the producer since its start, over all arms of a run. */
export interface Totals {
  readonly admitted: number;
  readonly published: number;
  readonly dropped: number;
}

/**
 * One job on the queue: id `<producer>-<seq>`. Batch 0 announces the runs and is acknowledged before the first admission.
 * A batch without trials is a heartbeat.
 */
export interface Batch {
  readonly v: typeof TRIAL_VERSION;
  readonly producer: string;
  readonly seq: number;
  readonly startedAt: number;
  readonly sentAt: number;
  /** Epoch ms: every call admitted before it is published or dropped. */
  readonly watermark: number;
  readonly final: boolean;
  readonly runs: readonly Announcement[];
  /** Legs, since the producer's start. */
  readonly totals: Totals;
  /** Absent where the producer counts none. */
  readonly draws?: readonly DrawCount[];
  readonly slices: readonly SliceCount[];
  /** What the producer has seen of how it is set up, since its last batch; absent where that is nothing. */
  readonly misconfigured?: readonly Misconfigured[];
  readonly trials: readonly Trial[];
}
