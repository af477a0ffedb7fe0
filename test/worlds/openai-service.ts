import { createRequire } from 'node:module';
import { join } from 'node:path';
import { context, trace } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type * as Openai from 'openai';
import { startService } from './service.js';

// Run as: openai-service.ts FOLDER PATCHED [PACKAGE...], where FOLDER is where `openai` is looked for, PATCHED `hook` or `manual`.
// The packages are instrumentations; one export of each is a class whose name ends so.
interface Instrumentation {
  setTracerProvider(provider: unknown): void;
  setMeterProvider(provider: unknown): void;
  enable(): void;
  manuallyInstrument?(module: unknown): void;
}

/** For the instrumentation of undici, which measures requests whether they are traced or not. */
const config = { ignoreRequestHook: () => isTracingSuppressed(context.active()) };

const [folder = '.', patched = 'hook', ...packages] = process.argv.slice(2);
const instrumentations: Instrumentation[] = [];
for (const name of packages) {
  const exports = (await import(name)) as Record<string, new (config?: object) => Instrumentation>;
  const [, Class] = Object.entries(exports).find(([each]) => each.endsWith('Instrumentation')) ?? [];
  if (Class === undefined) throw new Error(`no instrumentation in ${name}`);
  instrumentations.push(name.endsWith('undici') ? new Class(config) : new Class());
}
const service = await startService({ instrumentations });
const require = createRequire(join(import.meta.dirname, folder, 'any.js'));
const { OpenAI } = require('openai') as typeof Openai;
// OpenLLMetry wants the class, OpenInference the module around it: the class is both.
if (patched === 'manual')
  for (const each of instrumentations) each.manuallyInstrument?.(Object.assign(OpenAI, { OpenAI }));

const messages = [{ role: 'user' as const, content: 'Hi' }];
const client = (behaviour?: string): Openai.OpenAI =>
  new OpenAI({ apiKey: 'k', baseURL: service.baseURL(behaviour), maxRetries: 1 });
await service.within('one', () => client().chat.completions.create({ model: 'm', messages }));
await service.within('streamed', async () => {
  const stream = await client().chat.completions.create({ model: 'm', messages, stream: true });
  for await (const _chunk of stream);
});
await service.within('retried', () => client('fails_once').chat.completions.create({ model: 'm', messages }));
await service.within('two at once', () =>
  Promise.all([1, 2].map(() => client('delayed').chat.completions.create({ model: 'm', messages }))),
);
// A span of the service's own that looks like a call, around two.
await trace
  .getTracer('service')
  .startActiveSpan('chat', { attributes: { 'gen_ai.operation.name': 'chat' } }, async (span) => {
    for (let call = 0; call < 2; call += 1) await client().chat.completions.create({ model: 'm', messages });
    span.end();
  });
await service.report();
