import type { Judge } from '../../packages/evaluator/src/judge/judge.js';
import { createOpenAIClient } from '../../packages/evaluator/src/judge/client/openai-client.js';
import { loadRubric } from '../../packages/evaluator/src/judge/load-rubric.js';
import { createModelJudge, type ModelJudgeOptions } from '../../packages/evaluator/src/judge/model-judge.js';
import type { JudgeServer } from './judge-server.js';

export const SECRET = 'sk-judge-secret';

/** A judge over HTTP by that server. Nonces count up, so that runs are alike. */
export function judgeAt(
  server: Pick<JudgeServer, 'baseUrl'>,
  options: ModelJudgeOptions & { readonly timeoutMs?: number; readonly model?: string } = {},
): Judge {
  const { timeoutMs = 10_000, model = 'judge-1', ...rest } = options;
  const client = createOpenAIClient({ baseUrl: server.baseUrl, model, apiKey: SECRET, timeoutMs });
  let drawn = 0;
  const nonce = (): string => `n${(drawn += 1).toString(16).padStart(15, '0')}`;
  return createModelJudge(client, loadRubric('helpfulness'), { nonce, ...rest });
}

/** So many at a time, in order of the items; the results in their order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item, at: number) => Promise<Result>,
  width: number = 16,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const workers = Array.from({ length: width }, async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as Item, at);
  });
  await Promise.all(workers);
  return results;
}
