import { createOpenAI } from '@ai-sdk/openai';
import { LegacyOpenTelemetry, OpenTelemetry } from '@ai-sdk/otel';
import { generateText, isStepCount, registerTelemetry, streamText, tool, type LanguageModel } from 'ai';
import { z } from 'zod';
import { startService } from './service.js';

// Run as: ai-service.ts CLASS, `OpenTelemetry` or `LegacyOpenTelemetry`.
const service = await startService();
registerTelemetry(process.argv[2] === 'OpenTelemetry' ? new OpenTelemetry() : new LegacyOpenTelemetry());
const model = (behaviour?: string): LanguageModel =>
  createOpenAI({ apiKey: 'k', baseURL: service.baseURL(behaviour) }).chat('m');

await service.within('one', () => generateText({ model: model(), prompt: 'Hi' }));
await service.within('streamed', async () => {
  for await (const _part of streamText({ model: model(), prompt: 'Hi' }).textStream);
});
await service.within('two steps', () =>
  generateText({
    model: model('tool'),
    prompt: 'Hi',
    stopWhen: isStepCount(3),
    tools: { get_weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async () => 'sunny' }) },
  }),
);
await service.report();
