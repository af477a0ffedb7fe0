import { randomBytes } from 'node:crypto';
import { isObject, parseForeign } from '../../dialect/json.js';
import { createKeyedHash } from '../../sample/keyed-hash.js';
import { structureOf } from '../markdown-structure.js';
import { canonicalText, comparedText, comparedTokens, normalisedText } from '../compared.js';
import type { ComparedFeatures, Content, Leg, Part, PartFeatures, Trial, TrialLeg } from '../trial.js';
import type { Allowance } from './allowance.js';

/** Of a keyed hash, the hex digits that are kept: 128 bits, so that two texts never meet. */
const HASH_DIGITS = 32;
/** Keys of a JSON value that are hashed. */
const MOST_KEYS = 64;

/**
 * A trial without a text: hashes, lengths, structure, and the words as numbers in the order of their first use.
 *
 * All that scorers compare lies within one trial, so its key is made for it and forgotten: nobody, with the shared salt or without, can
 * try words against the hashes, or join two trials by them.
 */
export function featuresOfTrial(trial: Trial, allowance: Allowance): Trial {
  const features = new Features(allowance);
  const { asked: _asked, ...rest } = trial;
  return {
    ...rest,
    input: features.of(trial.input, false),
    primary: features.ofLeg(trial.primary),
    legs: Object.fromEntries(
      Object.entries(trial.legs).map(([arm, leg]): [string, TrialLeg] => [
        arm,
        { ...features.ofLeg(leg), pairId: leg.pairId },
      ]),
    ),
  };
}

class Features {
  readonly #allowance: Allowance;
  readonly #keyed = createKeyedHash(randomBytes(32));
  readonly #words = new Map<string, number>();

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  ofLeg(leg: Leg): Leg {
    return leg.status === 'ok' ? { ...leg, answer: this.of(leg.answer, true) } : leg;
  }

  /** @param compared Whether scorers read it: the input's words are nobody's to compare. */
  of(content: Content, compared: boolean): Content {
    if (content.kind !== 'text') return content;
    const text = compared ? comparedText(content) : null;
    return {
      kind: 'features',
      compared: text === null ? null : this.#compared(text),
      messages: content.messages.map(({ role, parts }) => ({ role, parts: parts.map((part) => this.#part(part)) })),
    };
  }

  #compared(text: string): ComparedFeatures {
    this.#allowance.spend(text.length);
    const json = canonicalText(text);
    return {
      length: text.length,
      raw: this.#hash('raw', text),
      normalised: this.#hash('normalised', normalisedText(text)),
      json: json === null ? null : this.#hash('json', json),
      tokens: comparedTokens(text).map((word) => this.#number(word)),
    };
  }

  #part(part: Part): PartFeatures {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return { type: part.type, ...this.#structure(part.content) };
      case 'tool_call':
        return { type: part.type, name: this.#hash('name', part.name), ...this.#structure(part.arguments) };
      case 'tool_call_response':
        return { type: part.type, ...this.#structure(part.response) };
      case 'other':
        return { type: part.type, length: 0, headings: 0, items: 0, fences: 0, keys: null };
    }
  }

  #structure(text: string): Omit<PartFeatures, 'type' | 'name'> {
    this.#allowance.spend(text.length);
    return { length: text.length, ...structureOf(text), keys: this.#keys(text) };
  }

  #keys(text: string): readonly string[] | null {
    if (!/^\s*\{/.test(text)) return null;
    const value = parseForeign(text);
    if (!isObject(value)) return null;
    return Object.keys(value)
      .slice(0, MOST_KEYS)
      .map((key) => this.#hash('key', key));
  }

  #number(word: string): number {
    let number = this.#words.get(word);
    if (number === undefined) this.#words.set(word, (number = this.#words.size));
    return number;
  }

  /** The use is hashed too: a name must not meet an answer of the same text. */
  #hash(use: string, text: string): string {
    return this.#keyed(`${use}\0${text}`).slice(0, HASH_DIGITS);
  }
}
