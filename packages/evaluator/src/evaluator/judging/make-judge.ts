import {
  ConfigurationError,
  type JudgeDefinition,
  type JudgeModel,
  type Run,
} from '@understudy/instrumentation/experiment';
import { createCascade } from '../../judge/cascade.js';
import { createAnthropicClient } from '../../judge/client/anthropic-client.js';
import type { ClientOptions } from '../../judge/client/endpoint.js';
import { createOpenAIClient } from '../../judge/client/openai-client.js';
import { checkIndependence } from '../../judge/families.js';
import { createGuardedJudge } from '../../judge/guard/guarded-judge.js';
import type { Judge } from '../../judge/judge.js';
import { createJury } from '../../judge/jury.js';
import { loadRubric } from '../../judge/load-rubric.js';
import type { ModelClient, ModelIdentity } from '../../judge/model-client.js';
import { createModelJudge } from '../../judge/model-judge.js';

/** A judge as its definition has it. */
export interface MadeJudge {
  /** For traffic; its hash names the judgements. */
  readonly guarded: Judge;
  /** For canaries: the same, past the guards. */
  readonly inner: Judge;
}

export interface MakeOptions {
  /** What a rubric's path starts from. */
  readonly folder: string;
  readonly clientOf: (model: JudgeModel) => ModelClient;
}

/** @throws ConfigurationError for a rubric that cannot be used */
export function makeJudge(definition: JudgeDefinition, { folder, clientOf }: MakeOptions): MadeJudge {
  const { kind, models, mode, maxTokens } = definition;
  const rubric = loadRubric(definition.rubric, folder);
  const judges = models.map((model) => createModelJudge(clientOf(model), rubric, { mode, maxTokens }));
  const inner = kind === 'jury' ? createJury(judges) : kind === 'cascade' ? cascadeOf(definition, judges) : judges[0];
  if (inner === undefined) throw new ConfigurationError('judge', ['expected a model']);
  return { inner, guarded: createGuardedJudge(inner) };
}

function cascadeOf({ models }: JudgeDefinition, judges: readonly Judge[]): Judge | undefined {
  const last = judges.at(-1);
  if (last === undefined) return undefined;
  const steps = judges.slice(0, -1).map((judge, at) => ({ judge, enough: models[at]?.enough ?? 1 }));
  return createCascade(steps, last);
}

/** A client of the model's endpoint. */
export function clientFor(
  { dialect, baseUrl, model }: JudgeModel,
  options: Pick<ClientOptions, 'apiKey'> & Partial<Pick<ClientOptions, 'timeoutMs' | 'turns'>>,
): ModelClient {
  const create = dialect === 'anthropic' ? createAnthropicClient : createOpenAIClient;
  return create({ baseUrl, model, ...options });
}

/**
 * The hash of a run's judge, by which its pairs are drawn; no key is needed for it.
 *
 * @throws ConfigurationError for a rubric that cannot be used, and a judge that is of the family of a model compared
 */
export function checkJudge(definition: JudgeDefinition, run: Run['definition'], folder: string): string {
  const { guarded } = makeJudge(definition, { folder, clientOf: (model) => clientFor(model, { apiKey: null }) });
  checkIndependence(guarded, contestantsOf(run), { force: definition.force });
  return guarded.hash;
}

/** As far as the configuration names them. A pattern such as `gpt-5*` speaks of its family as well. */
export function contestantsOf({ candidates, match }: Run['definition']): readonly ModelIdentity[] {
  const named = Object.values(candidates).flatMap(({ model, baseUrl }) =>
    model === undefined ? [] : [{ provider: baseUrl ?? '', model }],
  );
  return match.model === '*' ? named : [...named, { provider: '', model: match.model }];
}
