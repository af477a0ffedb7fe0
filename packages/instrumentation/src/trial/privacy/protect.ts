import { processClock } from '../../capture/clock.js';
import { asSpanName } from '../../capture/span-privacy.js';
import type { ContentMode } from '../../experiment/definition.js';
import { unpromised } from '../../guard.js';
import type { CallRules } from '../../sample/call-view.js';
import type { Trial } from '../trial.js';
import { Allowance } from './allowance.js';
import { featuringTrial } from './features.js';
import { Placeholders } from './placeholders.js';
import { redacting } from './redact.js';
import { type Rewrite, rewritingTrial } from './rewrite-trial.js';
import type { Steps } from '../steps.js';

type RedactRule = NonNullable<CallRules['redact']>;

/** Makes what may leave the process of an assembled trial. Throws where that cannot be made: then nothing of it may. */
export type Protect = (trial: Trial) => Steps<Trial>;

/** Stands where a name should be and a text is. */
const NO_NAME = '[no name]';

/** What a rule makes of a text is no redaction where it is longer than this and twice the text. */
const LONGEST_GROWTH = 65_536;

/**
 * How an experiment's trials are protected, or null where all of them may leave (`full`). It is done once, on the assembled trial,
 * whatever way its calls went. Short names that the other side chose (a model, the type of an error) are redacted in every mode but
 * that one.
 *
 * The user's rule comes first, so that nothing it makes can bring back what is looked for here.
 *
 * @param elapsed Default: the process's monotonic clock, in milliseconds.
 */
export function protectionOf(
  content: ContentMode,
  rule?: CallRules['redact'],
  elapsed: () => number = () => processClock.elapsed(),
): Protect | null {
  if (content === 'full') return null;
  return (trial) => {
    const allowance = new Allowance(elapsed);
    return allowance.of(protecting(trial, content, rule === undefined ? [] : [rule], allowance));
  };
}

function* protecting(
  trial: Trial,
  content: Exclude<ContentMode, 'full'>,
  rules: readonly RedactRule[],
  allowance: Allowance,
): Steps<Trial> {
  const { name, text } = redactionOf(rules, allowance);
  if (content === 'redacted') return yield* rewritingTrial(trial, { name, text });
  const { asked: _asked, ...unasked } = trial;
  const named = yield* rewritingTrial(unasked, { name, text: asItIs });
  return content === 'features' ? yield* featuringTrial(named, allowance) : named;
}

/** The redaction of texts that belong together: the same value has the same placeholder in all of them. */
export function redactionOf(rules: readonly RedactRule[], allowance: Allowance): Rewrite<Steps<string>> {
  const placeholders = new Placeholders();
  const redacted = (text: string): Steps<string> => {
    allowance.spend(text.length);
    return redacting(text, placeholders);
  };
  return {
    // The other side may say anything where a name should be.
    name: (name) => (asSpanName(name) === null ? asItIs(NO_NAME) : redacted(name)),
    *text(text) {
      const given = allowance.rule(() => rules.reduce(ruled, text));
      // The rule may have been slow.
      yield;
      return yield* redacted(given);
    },
  };
}

// oxlint-disable-next-line require-yield
function* asItIs(text: string): Steps<string> {
  return text;
}

function ruled(text: string, rule: RedactRule): string {
  const made: unknown = unpromised(rule(text));
  if (typeof made !== 'string') throw new TypeError(`rules.redact: expected a text, got a ${typeof made}`);
  if (made.length > 2 * text.length + LONGEST_GROWTH)
    throw new RangeError('rules.redact: expected no more text than it was given');
  return made;
}
