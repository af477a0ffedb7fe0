import { ConfigurationError } from '@understudy/instrumentation/experiment';
import type { Judge } from './judge.js';
import type { ModelIdentity } from './model-client.js';

/**
 * Which names belong to which family of models. A judge prefers its own kin, so that what matters is what a model was made from,
 * not who serves it: a name may match several rows (a distilled model is of both).
 */
const FAMILIES: Readonly<Record<string, RegExp>> = {
  openai: word('gpt', 'chatgpt', 'o[1-9]', 'davinci', 'babbage', 'codex'),
  anthropic: word('claude'),
  google: word('gemini', 'gemma', 'palm', 'bison', 'learnlm', 'medgemma', 'codegemma'),
  meta: word('llama', 'codellama', 'vicuna', 'alpaca', 'nemotron'),
  mistral: word(
    'mistral',
    'mixtral',
    'ministral',
    'codestral',
    'magistral',
    'devstral',
    'pixtral',
    'voxtral',
    'zephyr',
  ),
  qwen: word('qwen', 'qwq', 'qvq', 'tongyi'),
  deepseek: word('deepseek'),
  xai: word('grok'),
  cohere: word('command-r', 'command-a', 'command', 'aya'),
  amazon: word('nova', 'titan'),
  microsoft: word('phi', 'wizardlm'),
  zhipu: word('glm', 'chatglm'),
  moonshot: word('kimi', 'moonshot'),
  minimax: word('minimax', 'abab'),
  ibm: word('granite'),
  ai21: word('jamba', 'jurassic'),
  yi: word('yi'),
  falcon: word('falcon'),
  baidu: word('ernie'),
  tencent: word('hunyuan'),
  bytedance: word('doubao', 'seed'),
  allenai: word('olmo', 'tulu'),
};

/** The families a model's name speaks of; none for a name nobody knows. `ft:gpt-4o:acme` and `meta-llama/Llama-3.3-70B` are recognised. */
export function familiesOf(model: string): readonly string[] {
  const name = model.toLowerCase();
  return Object.entries(FAMILIES).flatMap(([family, pattern]) => (pattern.test(name) ? [family] : []));
}

/** What keeps a judge from judging these contestants: a sentence each, none where it may. */
function kinshipOf(judge: Pick<Judge, 'models'>, contestants: readonly ModelIdentity[]): readonly string[] {
  const pairs = judge.models.flatMap((model) => contestants.map((contestant) => [model, contestant] as const));
  const found = pairs.flatMap(([model, contestant]) => {
    if (sameModel(model, contestant)) return [`the judge ${model.model} is itself one of the models compared`];
    const theirs = familiesOf(contestant.model);
    const shared = familiesOf(model.model).find((family) => theirs.includes(family));
    return shared === undefined
      ? []
      : [`the judge ${model.model} is of one family with ${shown(contestant.model)} (${shared})`];
  });
  return [...new Set(found)];
}

/**
 * Refuses a judge that would judge itself or its kin.
 *
 * @param contestants The incumbent and every candidate.
 * @param options.force Accepts it all the same; what is the matter is then returned, to be shown.
 * @throws ConfigurationError
 */
export function checkIndependence(
  judge: Pick<Judge, 'models'>,
  contestants: readonly ModelIdentity[],
  options: { readonly force?: boolean } = {},
): readonly string[] {
  const found = kinshipOf(judge, contestants);
  if (found.length > 0 && options.force !== true) {
    throw new ConfigurationError('judge.model', [
      ...found,
      'take a judge of another family, or set `judge.force: true`',
    ]);
  }
  return found;
}

/** In UTF-16 code units. */
const LONGEST_SHOWN = 100;

/** A name that a reply gave may be anything: it is shown on one line, and without a sign that nobody sees. */
function shown(model: string): string {
  return model.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').slice(0, LONGEST_SHOWN);
}

/** One name is one model, whoever serves it and under which prefix. */
function sameModel(a: ModelIdentity, b: ModelIdentity): boolean {
  const bare = ({ model }: ModelIdentity): string => model.toLowerCase().split('/').at(-1) ?? '';
  return bare(a) === bare(b);
}

/** Names as they stand in a model's name: no letter before, and none after. */
function word(...names: readonly string[]): RegExp {
  return new RegExp(`(?<![a-z])(?:${names.join('|')})(?![a-z])`);
}
