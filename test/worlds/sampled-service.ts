import { context, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, ParentBasedSampler, type Sampler } from '@opentelemetry/sdk-trace';
import { OpenAI } from 'openai';
import { followLinks } from '@understudy/instrumentation';
import { startService } from './service.js';

// A service that samples nothing of its own, called twice: by another service that has sampled its request, and by one that has not.
// Run as: sampled-service.ts SAMPLER, `plain` or `following`.
const plain = new ParentBasedSampler({ root: new AlwaysOffSampler() });
const sampler: Sampler = process.argv[2] === 'following' ? followLinks(plain) : plain;
const service = await startService({ sampler });
const client = new OpenAI({ apiKey: 'k', baseURL: service.baseURL() });
for (const traceFlags of [1, 0]) {
  const caller = { traceId: String(1 + traceFlags).repeat(32), spanId: 'b'.repeat(16), traceFlags, isRemote: true };
  await context.with(trace.setSpanContext(context.active(), caller), () =>
    client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }),
  );
}
await service.report();
