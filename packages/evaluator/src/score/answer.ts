import {
  canonicalText,
  comparedText,
  type ComparedFeatures,
  comparedTokens,
  type Leg,
  normalisedText,
} from '@understudy/instrumentation/trial';

/** An answer as the scorers see it. Of two answers of one form, what is equal here is equal in the texts. */
export interface Answer {
  readonly form: 'text' | 'features';
  /** In UTF-16 code units. */
  readonly length: number;
  readonly raw: string;
  /** In Unicode's composed form, every run of white space one space. */
  readonly normalised: string;
  /** In canonical JSON; null where it is none. */
  readonly json: string | null;
  /** Its words, numbers and signs in order, at most so many of its beginning and its end. */
  readonly tokens: readonly (string | number)[];
}

/**
 * What can be compared of a call's answer. Null where there is nothing to compare: the call has no answer, its content was
 * not sent, or a part of it is no text (an image, a sound).
 */
export function answerOf(leg: Leg): Answer | null {
  if (leg.status !== 'ok') return null;
  if (leg.answer.kind === 'features')
    return leg.answer.compared === null ? null : answerOfFeatures(leg.answer.compared);
  const text = comparedText(leg.answer);
  return text === null ? null : answerOfText(text);
}

/** An answer whose text is known. What no scorer asks for is not made. */
export function answerOfText(text: string): Answer {
  const made: { normalised?: string; json?: string | null; tokens?: readonly string[] } = {};
  return {
    form: 'text',
    length: text.length,
    raw: text,
    get normalised() {
      return (made.normalised ??= normalisedText(text));
    },
    get json() {
      if (made.json === undefined) made.json = canonicalText(text);
      return made.json;
    },
    get tokens() {
      return (made.tokens ??= comparedTokens(text));
    },
  };
}

function answerOfFeatures(features: ComparedFeatures): Answer {
  return { form: 'features', ...features };
}
