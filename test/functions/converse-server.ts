import { createServer, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A server that speaks Bedrock's Converse over HTTP/2 without TLS, as the AWS SDK does to an `http:` endpoint. */
export interface ConverseServer extends AsyncDisposable {
  readonly origin: string;
  /** Path and body of each request. */
  readonly seen: { readonly path: string; readonly body: unknown }[];
}

/** Starts one on a port of its own. A question with `throttle` in it is refused. */
export async function startConverseServer(): Promise<ConverseServer> {
  const seen: { path: string; body: unknown }[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      seen.push({ path: request.url, body: JSON.parse(body) as unknown });
      if (body.includes('throttle')) {
        response.writeHead(429, { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException' });
        response.end(JSON.stringify({ message: 'slow down' }));
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          output: { message: { role: 'assistant', content: [{ text: 'Good day ' }, { text: 'to you.' }] } },
          stopReason: 'end_turn',
          usage: { inputTokens: 12, outputTokens: 5, totalTokens: 17 },
          metrics: { latencyMs: 3 },
        }),
      );
    });
  });
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: Http2ServerRequest): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
