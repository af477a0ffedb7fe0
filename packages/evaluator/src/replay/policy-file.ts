import {
  type Bounds,
  boundsOf,
  type Experiment,
  parseConfigYaml,
  resolveExperiment,
  runOf,
} from '@understudy/instrumentation/experiment';
import { parseDocument } from 'yaml';
import { ConfigurationError, NotFoundError } from '../errors.js';
import type { ReplaySettings } from './settings.js';

/** What a policy file says of a replay: the prices that its experiment's budget declares are among the bounds. */
export interface ReplayPolicy extends Pick<ReplaySettings, 'run' | 'named'> {
  readonly bounds: Bounds;
}

const OF_A_POLICY = ['preset', 'success', 'alpha', 'minPairs', 'minCoverage', 'fullDay', 'gates'];
/** Only its name is needed, where the candidates are those of the trials. */
const ANY_CANDIDATE = { version: 'replayed' };

/**
 * Reads a policy to replay by: a whole configuration (one of its experiments), an experiment, or a policy alone. An experiment needs
 * no name and no candidate here: then the candidates are those of the trials.
 *
 * @param text YAML; null: every default. @param path Named in errors. @param experiment Which one of several; null: the only one.
 * @throws ConfigurationError, NotFoundError
 */
export function readPolicy(text: string | null, path: string, experiment: string | null): ReplayPolicy {
  const value = text === null ? {} : parsed(text, path);
  if (text !== null && 'experiments' in value) {
    const one = chosen(parseConfigYaml(text, path).experiments, experiment, path);
    return { run: runOf(one), named: true, bounds: boundsOf(one) };
  }
  const input = OF_A_POLICY.some((field) => field in value) ? { policy: value } : value;
  const named = 'candidate' in input || 'candidates' in input;
  const whole = { name: 'replay', ...(named ? {} : { candidate: ANY_CANDIDATE }), ...input };
  if (text !== null && experiment !== null && experiment !== whole.name) {
    throw new NotFoundError(`${path}: there is no experiment ${experiment} in it`);
  }
  const resolved = resolvedOf(whole, text === null ? 'the defaults' : path, 'policy' in input);
  return { run: runOf(resolved), named, bounds: boundsOf(resolved) };
}

/** A policy alone whose every field is misspelt looks like an experiment: then what a policy has is said, too. */
function resolvedOf(whole: object, path: string, hasPolicy: boolean): Experiment {
  try {
    return resolveExperiment(whole, path);
  } catch (error) {
    if (hasPolicy || !(error instanceof ConfigurationError)) throw error;
    const hint = `a policy alone has ${OF_A_POLICY.join(', ')}`;
    throw new ConfigurationError(path, [...error.issues, hint], { cause: error });
  }
}

function parsed(text: string, path: string): object {
  const document = parseDocument(text, { prettyErrors: true });
  const problems = document.errors.map((error) => error.message.trimEnd());
  if (problems.length > 0) throw new ConfigurationError(path, problems);
  const value: unknown = document.toJS({ maxAliasCount: 20 });
  if (value === null) {
    throw new ConfigurationError(path, ['expected a policy, an experiment, or a configuration, got an empty file']);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new ConfigurationError(path, ['expected a policy, an experiment, or a configuration']);
}

function chosen(all: readonly Experiment[], name: string | null, path: string): Experiment {
  const meant = all.filter((one) => name === null || one.name === name);
  const [first] = meant;
  if (first !== undefined && meant.length === 1) return first;
  const names = all.map((one) => one.name).join(', ');
  throw new NotFoundError(
    `${path}: expected --experiment to name one of its experiments (${names || 'there is none'})`,
  );
}
