import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SPEAKERS } from './canaries-protocols.js';
import type { Said, Speaker } from './canaries-speaker.js';

/** How a call goes: the first segment of its path. */
export const WAYS = [
  'plain',
  'stream',
  'tool',
  'tool-stream',
  'refused',
  'retried',
  'garbage',
  'stream-error',
  'cut',
  'abort',
] as const;
/** Ways at which shadows pause. */
export const TROUBLED_WAYS = ['failed', 'limited'] as const;
export type Way = (typeof WAYS)[number] | (typeof TROUBLED_WAYS)[number];

export interface MarkedProvider extends AsyncDisposable {
  readonly origin: string;
}

export function streams(way: Way): boolean {
  return ['stream', 'tool-stream', 'stream-error', 'cut', 'abort'].includes(way);
}

/** A provider that says one thing in every protocol, in every place where it can say something. */
export async function startMarkedProvider(said: Said): Promise<MarkedProvider> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const [path = ''] = (request.url ?? '').split('?');
      const way = path.split('/')[1] as Way;
      const speaker = SPEAKERS.find(({ path: of }) =>
        sameEnd(path, of({ ...said, stream: streams(way), files: false })),
      );
      const resent = request.headers['x-stainless-retry-count'] === '1';
      if (speaker === undefined) response.writeHead(404).end();
      else answer(speaker, way, said, resent, response);
    });
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

function sameEnd(path: string, of: string): boolean {
  const [end = ''] = of.split('?');
  return path.replace(/^\/[a-z-]+/, '') === end || (path.includes(':') && path.endsWith(end.slice(end.indexOf(':'))));
}

function answer(speaker: Speaker, way: Way, said: Said, resent: boolean, response: ServerResponse): void {
  const headers = { 'x-request-id': said.text.slice(0, 6), 'content-type': 'application/json' };
  const send = (status: number, body: object): void =>
    void response.writeHead(status, headers).end(JSON.stringify(body));
  if (way === 'garbage') return void response.writeHead(200, headers).end(said.text);
  if (way === 'failed') return send(500, speaker.error(said.text));
  if (way === 'refused') return send(400, speaker.error(said.text));
  if (way === 'retried' && !resent) return send(409, speaker.error(said.text));
  if (way === 'limited' && !resent) return send(429, speaker.error(said.text));
  const tool = way.startsWith('tool');
  const frames = streams(way) ? speaker.frames?.(said, tool) : undefined;
  if (frames === undefined) return send(200, speaker.whole(said, tool));
  response.writeHead(200, {
    'content-type': speaker.name.startsWith('ollama') ? 'application/x-ndjson' : 'text/event-stream',
  });
  if (!['stream-error', 'cut', 'abort'].includes(way)) return void response.end(frames.join(''));
  const half = Math.ceil(frames.length / 2);
  response.write(frames.slice(0, half).join(''));
  const error = JSON.stringify(speaker.error(said.text));
  if (way === 'stream-error') response.end(speaker.name.startsWith('ollama') ? `${error}\n` : `data: ${error}\n\n`);
  else if (way === 'cut') setImmediate(() => response.destroy());
  // Long enough for the host to have gone away; its shadows stay.
  else setTimeout(() => response.end(frames.slice(half).join('')), 50);
}
