import {
  canonicalText,
  comparedText,
  type ComparedFeatures,
  comparedTokens,
  type Content,
  type Leg,
  normalisedText,
  type Part,
  parseForeign,
  type Structure,
  structureOf,
} from '@understudy/instrumentation/trial';
import { MOST_WHOLE } from './cut.js';
import { mayBeJson, withoutFence } from './json/json-text.js';

/** A call of a tool that an answer asks for. */
export interface ToolCall {
  /** Of features, its hash. */
  readonly name: string;
  /** As the model wrote them; null where they did not travel. */
  readonly arguments: string | null;
}

/** An answer as the scorers see it. Of two answers of one form, what is equal here is equal in the texts. */
export interface Answer {
  readonly form: 'text' | 'features';
  /** In UTF-16 code units. */
  readonly length: number;
  readonly raw: string;
  /** In Unicode's composed form, every run of white space one space; of more than 131,072 code units, the text as it is. */
  readonly normalised: string;
  /** In canonical JSON; null where it is none, or longer than 131,072 code units. */
  readonly json: string | null;
  /** Its words, numbers and signs in order, at most so many of its beginning and its end. */
  readonly tokens: readonly (string | number)[];
  /** What it says beside its tool calls, a part a line; null of features. */
  readonly prose: string | null;
  /** What its prose is as JSON, bare or in one fence of code; undefined where it is none. */
  readonly value: unknown;
  readonly calls: readonly ToolCall[];
  /** What Markdown makes of its prose. */
  readonly structure: Structure;
  /** Why it ended, in the words of the conventions (`stop`, `content_filter`) or the provider's own. */
  readonly finish: string | null;
  /** The provider itself says that it is a refusal. */
  readonly refusal: boolean;
}

/**
 * What can be compared of a call's answer. Null where there is nothing to compare: the call has no answer, its content was
 * not sent, or a part of it is no text (an image, a sound).
 */
export function answerOf(leg: Leg): Answer | null {
  if (leg.status !== 'ok') return null;
  if (leg.answer.kind === 'features') return answerOfFeatures(leg.answer, leg.finish);
  if (leg.answer.kind === 'none' || comparedText(leg.answer) === null) return null;
  return answerOfParts(
    leg.answer.messages.flatMap((message) => message.parts),
    leg.finish,
  );
}

/** An answer that is a text and nothing else. */
export function answerOfText(text: string): Answer {
  return answerOfParts([{ type: 'text', content: text }], null);
}

/** An answer whose parts are known, none of them other than text. What no scorer asks for is not made. */
export function answerOfParts(parts: readonly Part[], finish: string | null): Answer {
  const raw = comparedText({ kind: 'text', messages: [{ role: 'assistant', parts }] }) ?? '';
  const prose = spokenOf(parts).join('\n');
  const calls = parts.flatMap((part) =>
    part.type === 'tool_call' ? [{ name: part.name, arguments: part.arguments }] : [],
  );
  const whole = raw.length <= MOST_WHOLE;
  const normalised = once(() => (whole ? normalisedText(raw) : raw));
  const tokens = once(() => comparedTokens(raw));
  const value = once(() => (calls.length === 0 ? valueOf(prose) : undefined));
  // Bare, it is what was parsed for the other scorers.
  const parsed = (): unknown => (calls.length === 0 && raw === prose ? value() : parseForeign(raw));
  const json = once(() => (whole && mayBeJson(raw) ? canonicalText(raw, parsed()) : null));
  const structure = once(() => total(spokenOf(parts).map(structureOf)));
  return {
    form: 'text',
    length: raw.length,
    raw,
    get normalised() {
      return normalised();
    },
    get json() {
      return json();
    },
    get tokens() {
      return tokens();
    },
    prose,
    get value() {
      return value();
    },
    calls,
    get structure() {
      return structure();
    },
    finish,
    refusal: parts.some((part) => part.type === 'refusal'),
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function spokenOf(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.content] : []));
}

function valueOf(prose: string): unknown {
  if (prose.length > MOST_WHOLE) return undefined;
  const text = withoutFence(prose);
  return mayBeJson(text) ? parseForeign(text) : undefined;
}

type Features = Extract<Content, { kind: 'features' }>;

function answerOfFeatures({ compared, messages }: Features, finish: string | null): Answer | null {
  if (compared === null) return null;
  const parts = messages.flatMap((message) => message.parts);
  const said = parts.filter(({ type }) => type === 'text' || type === 'refusal');
  return {
    form: 'features',
    ...(compared satisfies ComparedFeatures),
    prose: null,
    value: undefined,
    calls: parts.flatMap(({ type, name }) => (type === 'tool_call' && name ? [{ name, arguments: null }] : [])),
    structure: total(said),
    finish,
    refusal: parts.some(({ type }) => type === 'refusal'),
  };
}

/** The structure of several parts: a fence that one leaves open does not reach into the next. */
function total(parts: readonly (Omit<Structure, 'tables'> & { readonly tables?: number })[]): Structure {
  const sum = (kind: keyof Structure): number => parts.reduce((count, part) => count + (part[kind] ?? 0), 0);
  return { headings: sum('headings'), items: sum('items'), fences: sum('fences'), tables: sum('tables') };
}
