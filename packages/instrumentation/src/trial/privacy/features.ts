import { randomBytes } from 'node:crypto';
import { isObject, parseForeign } from '../../dialect/json.js';
import { createKeyedHash } from '../../sample/keyed-hash.js';
import { structureOf } from '../markdown-structure.js';
import { canonicalisingText, comparedText, comparedTokens, normalisingText } from '../compared.js';
import type { ComparedFeatures, Content, Leg, Part, PartFeatures, Trial, TrialLeg } from '../trial.js';
import type { Allowance } from './allowance.js';
import type { Steps } from '../steps.js';

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
export function* featuringTrial(trial: Trial, allowance: Allowance): Steps<Trial> {
  const features = new Features(allowance);
  const input = yield* features.of(trial.input, false);
  const primary = yield* features.ofLeg(trial.primary);
  const legs: [string, TrialLeg][] = [];
  for (const [arm, leg] of Object.entries(trial.legs))
    legs.push([arm, { ...(yield* features.ofLeg(leg)), pairId: leg.pairId }]);
  const { asked: _asked, ...rest } = trial;
  return { ...rest, input, primary, legs: Object.fromEntries(legs) };
}

class Features {
  readonly #allowance: Allowance;
  readonly #keyed = createKeyedHash(randomBytes(32));
  readonly #words = new Map<string, number>();

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  *ofLeg(leg: Leg): Steps<Leg> {
    return leg.status === 'ok' ? { ...leg, answer: yield* this.of(leg.answer, true) } : leg;
  }

  /** @param compared Whether scorers read it: the input's words are nobody's to compare. */
  *of(content: Content, compared: boolean): Steps<Content> {
    if (content.kind !== 'text') return content;
    const text = compared ? comparedText(content) : null;
    const ofText = text === null ? null : yield* this.#compared(text);
    const messages: { readonly role: string; readonly parts: readonly PartFeatures[] }[] = [];
    for (const { role, parts } of content.messages) {
      const ofParts: PartFeatures[] = [];
      for (const part of parts) {
        ofParts.push(this.#part(part));
        yield;
      }
      messages.push({ role, parts: ofParts });
    }
    return { kind: 'features', compared: ofText, messages };
  }

  /** A step for each look along the whole of an answer. */
  *#compared(text: string): Steps<ComparedFeatures> {
    this.#allowance.spend(text.length);
    const raw = this.#hash('raw', text);
    yield;
    const normalised = this.#hash('normalised', yield* normalisingText(text));
    yield;
    const canonical = yield* canonicalisingText(text);
    const json = canonical === null ? null : this.#hash('json', canonical);
    yield;
    const tokens = comparedTokens(text).map((word) => this.#number(word));
    yield;
    return { length: text.length, raw, normalised, json, tokens };
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
