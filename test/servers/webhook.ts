import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How the next requests are answered: with a status, and headers; or never. */
export type WebhookMode = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'hang';

/** A webhook's receiver that keeps what it gets, whatever it answers. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  /** In the order of arrival. */
  readonly received: readonly Received[];
  mode: WebhookMode;
  /** Resolves when so many have come. */
  until(count: number): Promise<void>;
}

export async function startWebhook(mode: WebhookMode = { status: 200 }): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let current = mode;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      if (current !== 'hang') response.writeHead(current.status, { ...current.headers }).end('whatever it says');
      for (const check of waiting) check();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/T000SECRET`,
    received,
    get mode() {
      return current;
    },
    set mode(next) {
      current = next;
    },
    until: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (received.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}
