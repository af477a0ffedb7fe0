import type { SpanPrivacy, SpanTexts } from '../../capture/span-privacy.js';
import { processClock } from '../../capture/clock.js';
import type { ModelRequest } from '../../dialect/dialect.js';
import type { Experiment } from '../../experiment/definition.js';
import type { CallRules } from '../../sample/call-view.js';
import { compilePattern } from '../../sample/match.js';
import { Allowance } from './allowance.js';
import { Placeholders } from './placeholders.js';
import { redactionOf } from './protect.js';
import { redact } from './redact.js';
import { finished } from '../steps.js';

/** Whose calls are on the spans. */
export interface PrivateExperiment {
  readonly experiment: Pick<Experiment, 'match' | 'content'>;
  readonly rules: Pick<CallRules, 'redact'>;
}

const AS_IT_IS: SpanTexts = { text: (text) => text, name: (name) => name };

/** Models and reasons come again and again, ids do not: what was redacted is kept for a few of the last names. */
const NAMES_KEPT = 128;
const kept = new Map<string, string>();

function name(given: string): string {
  const known = kept.get(given);
  if (known !== undefined) return known;
  const redacted = redact(given, new Placeholders());
  if (kept.size >= NAMES_KEPT) kept.clear();
  kept.set(given, redacted);
  return redacted;
}

/**
 * What of a call may stand on its span and on its shadows': as much as the strictest of the experiments that match it lets travel.
 * Texts are redacted as trials are, by the rules of all of them; none are there where one's texts do not travel, nor where nobody has
 * asked for them (`asked`). A call that no experiment matches is redacted, as an experiment would be that says nothing.
 */
export function spanPrivacyOf(
  experiments: readonly PrivateExperiment[],
  asked: boolean,
): (request: ModelRequest) => SpanPrivacy {
  const numbers: SpanPrivacy = { content: null, name };
  if (!asked) return () => numbers;
  const all = experiments.map(({ experiment: { match, content }, rules }) => {
    const [operation, model] = [compilePattern(match.operation), compilePattern(match.model)];
    return {
      content,
      redact: rules.redact,
      matches: (request: ModelRequest) => operation(request.operation) && model(request.model ?? ''),
    };
  });
  return (request) => {
    const matching = all.filter(({ matches }) => matches(request));
    if (matching.some(({ content }) => content === 'features' || content === 'none')) return numbers;
    if (matching.length > 0 && matching.every(({ content }) => content === 'full')) {
      return { content: () => AS_IT_IS, name };
    }
    const rules = matching.flatMap(({ redact: rule }) => rule ?? []);
    return { content: () => redactedTexts(rules), name };
  };
}

/** At once, and within the allowance of a trial: of what a span shows there is little. */
function redactedTexts(rules: Parameters<typeof redactionOf>[0]): SpanTexts {
  const allowance = new Allowance(() => processClock.elapsed());
  const { text, name: named } = redactionOf(rules, allowance);
  return { text: (said) => finished(allowance.of(text(said))), name: (said) => finished(allowance.of(named(said))) };
}
