/**
 * The demo's service, in a process of its own: it answers customers with the `openai` SDK and knows of Understudy only as of
 * one more instrumentation. Started with an IPC channel.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { UnderstudyInstrumentation } from '@understudy/instrumentation';
import OpenAI from 'openai';
import { type Conversation, conversation } from '../conversations.js';
import type { FromService, Start, ToService } from '../messages.js';
import { startTelemetry } from './telemetry.js';

const READY_MS = 20_000;
const FLUSH_MS = 65_000;
/** Calls at the same time: three or four on a machine that has the time. On others they wait, and are fewer a second. */
const MOST_OPEN = 12;
const PROGRESS_MS = 200;

const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToService) => {
  if (message.kind === 'stop') stop.abort();
  else void run(message).then(() => process.disconnect());
});

function say(message: FromService): void {
  process.send?.(message);
}

async function run(start: Start): Promise<void> {
  const understudy = new UnderstudyInstrumentation({ experiments: [start.experiment], queueUrl: start.queueUrl });
  const sdk = startTelemetry(understudy, start);
  const client = new OpenAI({ baseURL: start.baseUrl, apiKey: 'demo', maxRetries: 0 });
  for (let waited = 0; !understudy.announced && waited < READY_MS && !stop.signal.aborted; waited += 50)
    await sleep(50);

  const counts = { answered: 0, failed: 0 };
  const progress = setInterval(() => say({ kind: 'progress', ...counts }), PROGRESS_MS);
  await serve(start, async (each, stream) => {
    const answered = await answer(client, start.model, each, stream).then(
      () => true,
      () => false,
    );
    counts[answered ? 'answered' : 'failed'] += 1;
  });
  clearInterval(progress);
  const flushed = await understudy.flush(FLUSH_MS);
  await understudy.shutdown(FLUSH_MS);
  await sdk.shutdown().catch(() => undefined);
  say({ kind: 'ended', ...counts, flushed });
}

/** Begins calls at a steady rate, whether the ones before have ended or not as long as they are few, and waits for all of them. */
async function serve(start: Start, call: (each: Conversation, stream: boolean) => Promise<void>): Promise<void> {
  const begun = performance.now();
  const open = new Set<Promise<void>>();
  for (let index = 0; index < start.calls && !stop.signal.aborted; index += 1) {
    const dueMs = begun + (index * 1000) / start.rate - performance.now();
    if (dueMs > 1) await sleep(dueMs);
    while (open.size >= MOST_OPEN) await Promise.race(open);
    const one = call(conversation(start.seed, index), index % 2 === 1).finally(() => open.delete(one));
    open.add(one);
  }
  await Promise.all(open);
}

/** One customer's question, inside the span of the request; every second answer is streamed. */
async function answer(client: OpenAI, model: string, each: Conversation, stream: boolean): Promise<string> {
  const attributes = { 'app.topic': each.segment, 'gen_ai.conversation.id': each.id };
  const messages = [
    { role: 'system' as const, content: each.system },
    { role: 'user' as const, content: each.user },
  ];
  return trace.getTracer('demo').startActiveSpan('POST /ask', { attributes }, async (span) => {
    try {
      if (!stream) return (await client.chat.completions.create({ model, messages })).choices[0]?.message.content ?? '';
      let text = '';
      for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
        text += chunk.choices[0]?.delta.content ?? '';
      }
      return text;
    } finally {
      span.end();
    }
  });
}
