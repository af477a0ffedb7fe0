import type { JsonObject } from './json.js';

/**
 * A request to a model in words that every protocol is translated from and into.
 *
 * Only what shapes the answer and has a word in several protocols is here. A protocol that meets something it has no word for
 * refuses, and says what: nothing is left out in silence.
 */
export interface CanonicalRequest {
  readonly model: string | null;
  readonly stream: boolean;
  /** The instructions, all of them, in their order; `null` where there are none. */
  readonly system: string | null;
  /** Turns of the conversation, oldest first. Neighbours may have the same role. */
  readonly messages: readonly CanonicalMessage[];
  readonly tools: readonly CanonicalTool[];
  /** `null`: the provider's default. */
  readonly toolChoice: CanonicalToolChoice | null;
  /** Several tools may be called in one turn. `null`: the provider's default. */
  readonly parallelToolCalls: boolean | null;
  /** The form the answer must have; `null` for plain text. */
  readonly output: CanonicalOutput | null;
  readonly parameters: CanonicalParameters;
}

export interface CanonicalMessage {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly CanonicalPart[];
}

/** A piece of a message. Tool calls are the assistant's; images and tool results the user's. */
export type CanonicalPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly source: CanonicalImage }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly arguments: JsonObject }
  /** `id` and `name` are those of the call that it answers. */
  | { readonly type: 'tool_result'; readonly id: string; readonly name: string; readonly text: string };

export type CanonicalImage =
  | { readonly kind: 'url'; readonly url: string }
  /** `data`: base64. */
  | { readonly kind: 'data'; readonly mediaType: string; readonly data: string };

/** A function that the caller runs. `parameters`: a JSON schema of its arguments, an object. */
export interface CanonicalTool {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: JsonObject;
  readonly strict: boolean | null;
}

export type CanonicalToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly name: string };

/** What a schema is called that comes from a protocol in which schemas have no names. */
export const UNNAMED_SCHEMA = 'answer';

export type CanonicalOutput =
  | { readonly type: 'json' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly schema: JsonObject;
      readonly strict: boolean | null;
    };

/** Sampling and limits; what the request does not say is absent. */
export interface CanonicalParameters {
  /** Tokens of the answer, at most. */
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  /** How much a model is to think and to say, in OpenAI's words (`low`, `medium`, ...): other protocols have no equal for them. */
  readonly reasoningEffort?: string;
  readonly verbosity?: string;
}
