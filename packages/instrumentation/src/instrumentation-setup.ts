import { DIALECTS } from './dialect/registry.js';
import { ConfigurationError } from './errors.js';
import type { Experiment, SecretReference } from './experiment/definition.js';
import { type Environment, MESSAGE_CONTENT, type MessageContent, readSecret } from './options.js';
import type { ExperimentSetup } from './queue/arrangement.js';
import type { CallRules } from './sample/call-view.js';
import { compilePattern } from './sample/match.js';
import type { ArmNames } from './shadow/funnel-metrics.js';
import { Secret } from './shadow/secret.js';
import { AA_ARM } from './trial/trial.js';

/** What of the instrumentation's options experiments are put together with. */
export interface SetupOptions {
  /** By experiment. */
  readonly rules?: Readonly<Record<string, CallRules>>;
  readonly environment?: Environment;
}

/** Puts an experiment together with what of it is code or secret. Throws {@link ConfigurationError} with everything that is wrong. */
export function setupOf(experiment: Experiment, { rules, environment }: SetupOptions): ExperimentSetup {
  const own = (rules !== undefined && Object.hasOwn(rules, experiment.name) ? rules[experiment.name] : undefined) ?? {};
  const issues: string[] = [];
  if (own.segment !== undefined && experiment.segments.version === null) {
    issues.push('segments.version: a rule in code decides what is compared; name its version');
  }
  if (own.cluster !== undefined && experiment.cluster.version === null) {
    issues.push('cluster.version: a rule in code decides what is compared; name its version');
  }
  const { by, key } = experiment.sample;
  if (own.sampleKey !== undefined && by !== 'key') {
    issues.push('sample.by: expected `key` beside a `sampleKey` rule in code, got `trace`');
  }
  if (own.sampleKey === undefined && by === 'key' && key === null) {
    issues.push('sample.key: expected the attribute that holds the key, or a `sampleKey` rule in code, got nothing');
  }
  if (own.redact !== undefined && experiment.redaction.version === null) {
    issues.push('redaction.version: a rule in code decides what is compared; name its version');
  }
  if (own.redact !== undefined && experiment.content !== 'redacted') {
    issues.push(`content: expected \`redacted\` beside a \`redact\` rule, got \`${experiment.content}\``);
  }
  issues.push(...candidateIssues(experiment, own));
  if (issues.length > 0) throw new ConfigurationError(`experiment ${experiment.name}`, issues);
  const apiKeys = Object.entries(experiment.candidates).flatMap(([candidate, { apiKey }]): [string, Secret][] =>
    apiKey === undefined ? [] : [[candidate, keyOf(apiKey, experiment.name, candidate, environment)]],
  );
  return { experiment, rules: own, apiKeys: new Map(apiKeys) };
}

function* candidateIssues({ candidates }: Experiment, { transform = {} }: CallRules): Iterable<string> {
  const spoken = DIALECTS.filter(({ shadow }) => shadow !== null && shadow.translation !== null).map(
    ({ name }) => name,
  );
  for (const [name, { dialect, version }] of Object.entries(candidates)) {
    if (dialect !== undefined && !spoken.includes(dialect))
      yield `candidates.${name}.dialect: expected one of ${spoken.join(', ')}, got ${dialect}`;
    if (Object.hasOwn(transform, name) && version === undefined)
      yield `candidates.${name}.version: a transform in code decides what is compared; name its version`;
  }
  for (const name of Object.keys(transform))
    if (!Object.hasOwn(candidates, name)) yield `rules.transform.${name}: expected the name of a candidate`;
}

function keyOf(
  reference: SecretReference,
  experiment: string,
  candidate: string,
  environment: SetupOptions['environment'],
): Secret {
  try {
    return new Secret(readSecret(reference, environment));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(`candidate ${candidate} of experiment ${experiment}`, error.issues, { cause: error });
  }
}

/** What is to be said of a wish for texts that is not carried out as somebody may expect. */
export function* contentRemarks(asked: MessageContent, setups: readonly ExperimentSetup[]): Iterable<string> {
  if (asked === 'none') return;
  if (asked === 'event')
    yield `${MESSAGE_CONTENT}: events are not made here, so what was said is nowhere; it is on spans with SPAN_ONLY`;
  if (asked === 'span_and_event')
    yield `${MESSAGE_CONTENT}: events are not made here; what was said is on spans, as with SPAN_ONLY`;
  if (asked === 'event') return;
  for (const { experiment } of setups) {
    if (experiment.content === 'features' || experiment.content === 'none')
      yield `${MESSAGE_CONTENT}: the calls of ${experiment.name} have no texts on their spans, since its content is ${experiment.content}`;
  }
}

/** The models that an experiment names: its candidates', and the one whose calls it compares. */
export function modelsOf({ candidates, match }: Pick<Experiment, 'candidates' | 'match'>): readonly string[] {
  const models = [match.model, ...Object.values(candidates).map(({ model }) => model)];
  return models.filter((model): model is string => typeof model === 'string' && !model.includes('*'));
}

/** The pattern by which an experiment names the models whose calls it compares, and whether a model fits it; none where it names one model, or all. */
export function patternsOf({
  match: { model },
}: Pick<Experiment, 'match'>): readonly (readonly [string, (model: string) => boolean])[] {
  return model.includes('*') && /[^*]/.test(model) ? [[model, compilePattern(model)]] : [];
}

/** The arms of an experiment, by name. */
export function armsOf({ name, candidates, noise }: Experiment): readonly ArmNames[] {
  const arms = [...Object.keys(candidates), ...(noise.rate > 0 ? [AA_ARM] : [])];
  return arms.map((arm) => ({ experiment: name, arm }));
}
