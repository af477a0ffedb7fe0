/**
 * A support service: `POST /ask {"conversation", "topic", "question"}` answers with the model's words, `?stream` as they come.
 * It knows nothing of Understudy.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trace } from '@opentelemetry/api';
import OpenAI from 'openai';

const MODEL = 'gpt-5';
const client = new OpenAI({ maxRetries: 0 });
const tracer = trace.getTracer('support');

interface Question {
  readonly conversation: string;
  readonly topic: string;
  readonly question: string;
}

async function answer(question: Question, stream: boolean, response: ServerResponse): Promise<void> {
  const messages = [
    { role: 'system' as const, content: `You answer customers of a shop about ${question.topic}. Be brief.` },
    { role: 'user' as const, content: question.question },
  ];
  if (!stream) {
    const completion = await client.chat.completions.create({ model: MODEL, messages });
    response.end(completion.choices[0]?.message.content ?? '');
    return;
  }
  for await (const chunk of await client.chat.completions.create({ model: MODEL, messages, stream: true })) {
    response.write(chunk.choices[0]?.delta.content ?? '');
  }
  response.end();
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const question = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Question;
  const attributes = { 'app.topic': question.topic, 'gen_ai.conversation.id': question.conversation };
  await tracer.startActiveSpan('POST /ask', { attributes }, async (span) => {
    try {
      await answer(question, request.url?.endsWith('?stream') === true, response);
    } catch (error) {
      if (!response.headersSent) response.statusCode = 502;
      response.end(error instanceof Error ? `${error.name}: ${error.message}` : 'failed');
    } finally {
      span.end();
    }
  });
}

const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
