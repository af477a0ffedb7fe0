import { createServer, type Server } from 'node:http';

/** Pieces of a streamed answer, and how long an answer takes to begin. */
const PIECES = 60;
const DELAY_MS = 50;

/** What the questions of the time before an attack begin with. */
export const WARM_UP = 'warm-up';

/** What the provider answers to a question: some 1,500 characters that begin with it. */
function answerTo(question: string): string {
  return `${question}: ${'an answer in a few more words, as they are given all day long. '.repeat(24)}`;
}

interface Asked {
  readonly stream?: boolean;
  readonly messages: readonly { readonly content: string }[];
}

/** The body of an answer of usual size, whole or as events. */
export function bodyOf({ stream, messages }: Asked): string {
  const content = answerTo(messages[0]?.content ?? '');
  const common = { id: 'chatcmpl-1', object: 'chat.completion', created: 1_700_000_000, model: 'incumbent' };
  if (stream !== true) {
    return JSON.stringify({
      ...common,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    });
  }
  const size = Math.ceil(content.length / PIECES);
  const event = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ ...common, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const pieces = Array.from({ length: PIECES }, (_, index) =>
    event({ content: content.slice(index * size, (index + 1) * size) }, null),
  );
  return `${pieces.join('')}${event({}, 'stop')}data: [DONE]\n\n`;
}

/** A provider that answers every question. */
export function createProvider(): Server {
  return createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
      const type = asked.stream === true ? 'text/event-stream' : 'application/json';
      setTimeout(() => outgoing.writeHead(200, { 'content-type': type }).end(bodyOf(asked)), DELAY_MS);
    });
  });
}
