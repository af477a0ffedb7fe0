import { ConfigurationError } from '../errors.js';
import { AA_ARM } from '../trial/trial.js';
import { defaultGates, DEFAULTS } from './defaults.js';
import type { ConfigShape, Experiment, ExperimentShape, Run, RunDefinition, UnderstudyConfig } from './definition.js';
import type { Gates } from './gates.js';
import { defaultPiMin, resolveWindow, samplingIssues } from './resolve-sampling.js';
import { embeddingsIssues } from './resolve-embeddings.js';
import { judgeIssues, resolveJudge } from './resolve-judging.js';
import { runId } from './run.js';
import {
  type Parsed,
  parseConfigShape,
  parseExperimentShape,
  parseExperimentName,
  parseRunDefinitionShape,
} from './schema.js';

/**
 * Checks an experiment (an `ExperimentInput`) and resolves its defaults. Throws {@link ConfigurationError} with every field that is wrong.
 *
 * @param source What the reader knows the input as, e.g. a file's path.
 */
export function resolveExperiment(input: unknown, source: string = 'experiment'): Experiment {
  const shape = orThrow(parseExperimentShape(input), source);
  const { experiment, issues } = resolved(shape);
  if (issues.length > 0) throw new ConfigurationError(source, issues);
  return experiment;
}

/** Checks a whole configuration and resolves its defaults. Throws {@link ConfigurationError}. */
export function resolveConfig(input: unknown, source: string = 'configuration'): UnderstudyConfig {
  const shape = orThrow(parseConfigShape(input), source);
  const issues: string[] = [];
  const experiments = shape.experiments.map((each, index) => {
    const one = resolved(each);
    issues.push(...one.issues.map((issue) => `experiments.${index}.${issue}`));
    return one.experiment;
  });
  const names = experiments.map((each) => each.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) issues.push(`experiments: expected distinct names, got \`${twice}\` twice`);
  const ledgerUrl = resolveLedgerUrl(shape, issues);
  if (issues.length > 0) throw new ConfigurationError(source, issues);
  const { queue, encryption, retention } = shape;
  return { version: 1, queue, ledger: { url: ledgerUrl }, encryption, retention, experiments };
}

/**
 * Reads an announced run: a definition whose hash is its id. Throws {@link ConfigurationError} where it is not.
 */
export function resolveRun(announced: { run: string; experiment: string; definition: unknown }): Run {
  const experiment = orThrow(
    parseExperimentName(announced.experiment),
    `run ${announced.run}: the name of its experiment`,
  );
  const source = `run ${announced.run} of ${experiment}`;
  const definition: RunDefinition = orThrow(parseRunDefinitionShape(announced.definition), source);
  const id = runId(experiment, definition);
  if (id !== announced.run)
    throw new ConfigurationError(source, [`run: expected the definition's hash ${id}, got ${announced.run}`]);
  return { id, experiment, definition };
}

function orThrow<Value>(result: Parsed<Value>, source: string): Value {
  if (result.status === 'error') throw new ConfigurationError(source, result.issues);
  return result.value;
}

function resolved(shape: ExperimentShape): { experiment: Experiment; issues: readonly string[] } {
  const { candidate, candidates: named, slice, piMin: declared, window, judge, policy, ...rest } = shape;
  const piMin = declared ?? defaultPiMin(rest.sample, rest.target);
  const { alpha, minPairs, minCoverage, fullDay, success } = policy;
  const gates = resolveGates(policy.gates ?? defaultGates(), judge !== null);
  const candidates = named ?? (candidate === undefined ? {} : { candidate });
  const experiment: Experiment = {
    ...rest,
    policy: {
      alpha,
      minPairs,
      minCoverage,
      ...(fullDay === true && { fullDay }),
      ...(success !== undefined && { success }),
      gates,
    },
    candidates,
    slice: {
      lengthMs: slice.lengthMs,
      deadlineMs: slice.deadlineMs ?? rest.shadow.timeoutMs + DEFAULTS.sliceDeadlineAfterShadowMs,
    },
    piMin,
    judge: resolveJudge(judge, piMin),
    window: resolveWindow(window),
  };
  return { experiment, issues: [...crossFieldIssues(shape, experiment)] };
}

/** Who pays a judge means it to decide: beside gates of one's own it is one, too, unless they say that it is not. */
function resolveGates({ win_rate: winRate, ...others }: Gates, judged: boolean): Gates {
  if (judged) return { ...others, win_rate: winRate ?? DEFAULTS.gates.win_rate };
  return winRate === undefined || winRate === false ? others : { ...others, win_rate: winRate };
}

const HOUR_MS = 3_600_000;

function* crossFieldIssues(shape: ExperimentShape, experiment: Experiment): Iterable<string> {
  if (shape.candidate !== undefined && shape.candidates !== undefined) {
    yield 'candidates: expected either `candidate` or `candidates`, got both';
  }
  if (Object.keys(experiment.candidates).length === 0) {
    yield 'candidate: expected what the shadow changes (model, baseUrl, system, parameters), got nothing';
  }
  for (const [name, { dialect, baseUrl, keyHeader, apiKey }] of Object.entries(experiment.candidates)) {
    if (dialect !== undefined && baseUrl === undefined)
      yield `candidates.${name}.baseUrl: expected the address of what speaks ${dialect}, got nothing`;
    if (keyHeader !== undefined && apiKey === undefined)
      yield `candidates.${name}.apiKey: expected the key that \`keyHeader\` carries, got nothing`;
  }
  if (AA_ARM in experiment.candidates)
    yield `candidates.${AA_ARM}: this name is reserved for the incumbent's second call`;
  if (experiment.slice.deadlineMs <= experiment.shadow.timeoutMs) {
    yield `slice.deadlineMs: expected more than shadow.timeoutMs (${experiment.shadow.timeoutMs}), got ${experiment.slice.deadlineMs}`;
  }
  if (experiment.policy.fullDay === true && experiment.slice.lengthMs > HOUR_MS) {
    yield `slice.lengthMs: expected at most ${HOUR_MS} with \`policy.fullDay\`, got ${experiment.slice.lengthMs}: pairs are of the hour that their slice begins in, and some hours would have none`;
  }
  yield* samplingIssues(shape);
  yield* judgeIssues(shape.judge, experiment.piMin, experiment.content);
  yield* embeddingsIssues(experiment);
  if (experiment.segments.critical.length > experiment.segments.max) {
    yield `segments.critical: expected at most segments.max (${experiment.segments.max}) names`;
  }
  if (new Set(experiment.segments.critical).size !== experiment.segments.critical.length) {
    yield 'segments.critical: expected distinct names';
  }
  if (experiment.policy.gates.win_rate !== undefined && experiment.judge === null) {
    const preset = shape.policy.preset;
    const without =
      preset === undefined ? 'leave the gate out' : `write \`win_rate: false\` beside \`preset: ${preset}\``;
    yield `policy.gates.win_rate: it is what a judge says: set \`judge\`, or ${without}`;
  }
  for (const gate of ['refusals', 'validity', 'language'] as const) {
    if (experiment.policy.gates[gate] === undefined || ['full', 'redacted'].includes(experiment.content)) continue;
    yield `policy.gates.${gate}: it reads texts, and with \`content: ${experiment.content}\` none leaves the service: set \`content: redacted\`, or leave the gate out`;
  }
  for (const gate of ['agreement', 'similarity', 'length', 'language', 'structure'] as const) {
    const settings = experiment.policy.gates[gate];
    if (settings === undefined) continue;
    const { floor = null } = 'scorer' in settings ? {} : settings;
    if (floor !== null) {
      if (floor <= settings.margin)
        yield `policy.gates.${gate}.floor: expected more than its margin (${settings.margin}), got ${floor}: a candidate that never matches could pass`;
      continue;
    }
    if (settings.insensitiveBelow <= settings.margin) {
      yield `policy.gates.${gate}.insensitiveBelow: expected more than its margin (${settings.margin}), got ${settings.insensitiveBelow}: a candidate that never agrees could pass`;
    }
    if (experiment.content === 'none') {
      yield `policy.gates.${gate}: it compares texts, and with \`content: none\` nothing of them leaves the service: set \`content: redacted\` or \`features\`, or name the gates without it`;
    }
    if (experiment.noise.rate === 0) {
      yield `policy.gates.${gate}: it is measured against the incumbent's agreement with itself: set \`noise.rate\` above 0`;
    }
  }
}

function resolveLedgerUrl(shape: ConfigShape, issues: string[]): string {
  if (shape.ledger !== undefined) return shape.ledger.url;
  if (/^rediss?:/.test(shape.queue.url)) {
    issues.push('ledger.url: expected postgres:// or embedded:DIRECTORY beside a Redis queue, got nothing');
  }
  return shape.queue.url;
}
