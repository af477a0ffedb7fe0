import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openaiChat } from '../providers/openai-chat.js';

/** The only key that {@link startCandidate} takes, and the models that it has. */
export const RIGHT_KEY = 'sk-right-4f1b7c2d9e';
export const WRONG_KEY = 'sk-wrong-8a6e3d5c1b';
const MODELS: ReadonlySet<string> = new Set(['gpt-5-mini', 'house-model']);

/** A provider that refuses as the real ones do: 401 for a key that is not its own, 404 for a model it does not have. */
export async function startCandidate(): Promise<{ readonly baseUrl: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
      const isKnown = request.headers.authorization === `Bearer ${RIGHT_KEY}`;
      const status = !isKnown ? 401 : MODELS.has(String(body['model'])) ? 200 : 404;
      response.writeHead(status, { 'content-type': 'application/json' });
      const asked = { path: request.url ?? '', body };
      response.end(JSON.stringify(status === 200 ? openaiChat.answer(asked, {}) : openaiChat.error(status)));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
