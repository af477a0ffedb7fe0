import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { UnderstudyInstrumentation } from '@understudy/instrumentation';
import { understudyMiddleware } from '@understudy/instrumentation/ai-sdk';
import { wrapLanguageModel } from 'ai';

/** A model of the AI SDK, compared with another one. Made once, where the service starts. */
export function shadowedModel(
  understudy: UnderstudyInstrumentation | null,
  model: LanguageModelV4,
  candidate: LanguageModelV4,
): LanguageModelV4 {
  return wrapLanguageModel({
    model,
    middleware: understudyMiddleware(understudy, { experiment: 'support-models', candidates: { small: candidate } }),
  });
}
