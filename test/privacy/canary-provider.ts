import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a call goes, by the first segment of its path. */
export const WAYS = ['plain', 'stream', 'tool', 'tool-stream', 'error', 'stream-error', 'cut', 'abort'] as const;
export type Way = (typeof WAYS)[number];

export interface CanaryProvider extends AsyncDisposable {
  readonly origin: string;
}

/** A provider that speaks OpenAI's chat protocol and says one thing, in every place where it can say something. */
export async function startCanaryProvider(said: () => string): Promise<CanaryProvider> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request.url?.split('/')[1] as Way, said(), response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(way: Way, text: string, response: ServerResponse): void {
  const error = { error: { message: text, type: text, code: text, param: text } };
  if (way === 'error') {
    // At 429 and from 500 on shadows would pause.
    response.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify(error));
  } else if (way === 'plain' || way === 'tool') {
    const message =
      way === 'plain' ? { role: 'assistant', content: text } : { role: 'assistant', tool_calls: [toolCall(text)] };
    const choices = [{ index: 0, message, finish_reason: way === 'plain' ? 'stop' : 'tool_calls' }];
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id: 'x', model: 'm', choices }));
  } else {
    stream(way, text, error, response);
  }
}

function stream(way: Way, text: string, error: unknown, response: ServerResponse): void {
  const event = (value: unknown): void => void response.write(`data: ${JSON.stringify(value)}\n\n`);
  const delta = (of: unknown, finish: string | null): void =>
    event({ id: 'x', model: 'm', choices: [{ index: 0, delta: of, finish_reason: finish }] });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const half = Math.floor(text.length / 2);
  if (way === 'tool-stream') {
    const { id, type, function: call } = toolCall(text);
    const middle = Math.floor(call.arguments.length / 2);
    delta(
      { tool_calls: [{ index: 0, id, type, function: { ...call, arguments: call.arguments.slice(0, middle) } }] },
      null,
    );
    delta({ tool_calls: [{ index: 0, function: { arguments: call.arguments.slice(middle) } }] }, null);
  } else {
    delta({ role: 'assistant', content: text.slice(0, half) }, null);
    delta({ content: text.slice(half) }, null);
  }
  if (way === 'stream-error') event(error);
  // Long enough for the host to have gone away; its shadows stay.
  if (way === 'abort') return void setTimeout(() => response.end('data: [DONE]\n\n'), 50);
  if (way === 'cut') return void setImmediate(() => response.destroy());
  if (way !== 'stream-error') delta({}, way === 'stream' ? 'stop' : 'tool_calls');
  response.end('data: [DONE]\n\n');
}

function toolCall(text: string): { id: string; type: string; function: { name: string; arguments: string } } {
  return {
    id: 'call_1',
    type: 'function',
    function: { name: 'find', arguments: JSON.stringify({ query: text, deep: [text] }) },
  };
}
