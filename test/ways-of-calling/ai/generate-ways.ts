import type { GenerateTextResult, ToolSet } from 'ai';
import { ownFetch } from '../reading.js';
import { PLAIN, type AiKit, type AiWay } from './kit.js';

/** Without what is drawn at random or measured. */
function said(result: Pick<GenerateTextResult<ToolSet, never, never>, 'text'> & object): unknown {
  const { text, finishReason, usage, toolCalls, toolResults, reasoningText, warnings, steps } =
    result as unknown as Record<string, unknown>;
  return { text, finishReason, usage, toolCalls, toolResults, reasoningText, warnings, steps: (steps as []).length };
}

export function weatherTool({ ai }: AiKit): ToolSet {
  const inputSchema = ai.jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } });
  return { get_weather: ai.tool({ description: 'The weather of a city.', inputSchema, execute: () => 'sunny' }) };
}

export function answerSchema({ ai }: AiKit): ReturnType<AiKit['ai']['jsonSchema']> {
  const properties = { answer: { type: 'string' } } as const;
  return ai.jsonSchema({ type: 'object', properties, required: ['answer'], additionalProperties: false });
}

/** One answer in one JSON body. */
export const generateWays: readonly AiWay[] = [
  ...(['plain', 'delayed', 'thinking'] as const).map((behaviour): AiWay => ({
    name: `generateText, ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: async ({ ai, model }) => said(await ai.generateText({ ...PLAIN, model })),
  })),
  {
    name: 'two at once',
    behaviour: 'plain',
    legs: ['ok', 'ok'],
    run: async ({ ai, model }) => {
      const both = [ai.generateText({ ...PLAIN, model }), ai.generateText({ ...PLAIN, model })];
      return (await Promise.all(both)).map((result) => said(result));
    },
  },
  {
    name: 'generateText, Output.object',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (kit) => {
      const output = kit.ai.Output.object({ schema: answerSchema(kit) });
      return (await kit.ai.generateText({ ...PLAIN, model: kit.model, output })).output;
    },
  },
  {
    name: 'generateObject',
    behaviour: 'plain',
    legs: ['ok'],
    // oxlint-disable-next-line typescript/no-deprecated -- what it is replaced by is above; services still call it
    run: async (kit) => (await kit.ai.generateObject({ ...PLAIN, model: kit.model, schema: answerSchema(kit) })).object,
  },
  {
    name: 'generateText, tools',
    behaviour: 'tool',
    legs: ['ok', 'ok'],
    run: async (kit) => {
      const { ai, model } = kit;
      return said(await ai.generateText({ ...PLAIN, model, tools: weatherTool(kit), stopWhen: ai.stepCountIs(3) }));
    },
  },
  {
    name: 'generateText, an image',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ ai, model }) => {
      const image = { type: 'file', mediaType: 'image/png', data: 'iVBORw0KGgo=' } as const;
      const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'What is it?' }, image] }];
      return said(await ai.generateText({ model, messages, maxRetries: 0 }));
    },
  },
  {
    name: 'wrapLanguageModel, a middleware',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ ai, model, note }) => {
      const wrapped = ai.wrapLanguageModel({
        model: model as Parameters<typeof ai.wrapLanguageModel>[0]['model'],
        middleware: {
          specificationVersion: 'v4',
          wrapGenerate: async ({ doGenerate }) => {
            note('wrapped');
            return doGenerate();
          },
        },
      });
      return said(await ai.generateText({ ...PLAIN, model: wrapped }));
    },
  },
  {
    name: 'a fetch of its own',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => said(await tools.ai.generateText({ ...PLAIN, model: tools.modelWith(ownFetch(tools)) })),
  },
  {
    name: 'an answer that is not JSON',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: ({ ai, model }) => ai.generateText({ ...PLAIN, model }),
  },
];
