import {
  type BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import type { FunctionAnswer, UnderstudyInstrumentation } from '@understudy/instrumentation';
import type OpenAI from 'openai';

/** So much of Converse's answer as is compared. The candidate gives the same, so that it could take the primary's place. */
type Reply = Pick<ConverseCommandOutput, 'output' | 'stopReason' | 'usage'>;

/** Converse on Bedrock, compared with a model behind an OpenAI-compatible endpoint. */
export function shadowedConverse(understudy: UnderstudyInstrumentation, bedrock: BedrockRuntimeClient, openai: OpenAI) {
  return understudy.shadowed(
    async (input: ConverseCommandInput, options: { abortSignal?: AbortSignal } = {}) =>
      await bedrock.send(new ConverseCommand(input), options),

    async ({ system = [], messages = [], inferenceConfig }, { abortSignal } = {}): Promise<Reply> => {
      const completion = await openai.chat.completions.create(
        {
          model: 'gpt-5-mini',
          messages: [
            ...system.map((block) => ({ role: 'system' as const, content: block.text ?? '' })),
            ...messages.map(({ role, content }) => ({ role: role as 'user' | 'assistant', content: textOf(content) })),
          ],
          max_completion_tokens: inferenceConfig?.maxTokens ?? null,
        },
        { signal: abortSignal, maxRetries: 0 },
      );
      const [choice] = completion.choices;
      return {
        output: { message: { role: 'assistant', content: [{ text: choice?.message.content ?? '' }] } },
        stopReason: choice?.finish_reason === 'length' ? 'max_tokens' : 'end_turn',
        usage: {
          inputTokens: completion.usage?.prompt_tokens,
          outputTokens: completion.usage?.completion_tokens,
          totalTokens: completion.usage?.total_tokens,
        },
      };
    },

    {
      experiment: 'bedrock-to-mini',
      operation: 'chat',
      provider: 'aws.bedrock',
      model: ({ modelId }) => modelId,
      // A shadow gets a copy of the request, and the signal that ends with its time instead of the caller's.
      arguments: ([input], { signal }) => [structuredClone(input), { abortSignal: signal }],
      input: ({ system = [], messages = [] }) => [
        ...system.map((block) => ({ role: 'system', parts: [{ type: 'text' as const, content: block.text ?? '' }] })),
        ...messages.map(({ role = 'user', content }) => ({
          role,
          parts: [{ type: 'text' as const, content: textOf(content) }],
        })),
      ],
      answer: ({ output, stopReason, usage }): FunctionAnswer => {
        const blocks = output?.message?.content ?? [];
        return {
          text: textOf(blocks),
          toolCalls: blocks.flatMap(({ toolUse }) =>
            toolUse === undefined
              ? []
              : [{ id: toolUse.toolUseId ?? '', name: toolUse.name ?? '', arguments: toolUse.input }],
          ),
          finish: { end_turn: 'stop', max_tokens: 'length', tool_use: 'tool_call' }[String(stopReason)] ?? 'other',
          usage: {
            inputTokens: usage?.inputTokens ?? 0,
            outputTokens: usage?.outputTokens ?? 0,
          },
        };
      },
    },
  );
}

function textOf(content: readonly ContentBlock[] = []): string {
  return content.flatMap(({ text }) => text ?? []).join('');
}
