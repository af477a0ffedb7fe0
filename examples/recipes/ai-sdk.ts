import type { UnderstudyInstrumentation } from '@understudy/instrumentation';
import { understudyMiddleware } from '@understudy/instrumentation/ai-sdk';
import { wrapLanguageModel } from 'ai';

/** A model as the SDK's providers make it, e.g. `openai('gpt-5')`. */
type Model = ReturnType<typeof wrapLanguageModel>;

/** A model of the AI SDK, compared with another one. Made once, where the service starts. */
export function shadowedModel(understudy: UnderstudyInstrumentation | null, model: Model, candidate: Model): Model {
  return wrapLanguageModel({
    model,
    middleware: understudyMiddleware(understudy, { experiment: 'support-models', candidates: { small: candidate } }),
  });
}
