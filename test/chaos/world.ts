import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerAndReset, answerAsModel, answerGarbage, type HttpFault, SLOW_MS } from './faulty-model.js';

// A server of the world around a service, in a process of its own: a model or a collector.
// Run as: world.ts model|collector PORT. `POST /fault` with a fault's name sets it; prints `listening on PORT`.
const [role = 'model', port = '0'] = process.argv.slice(2);
/** To an exporter a 200 is a success, whatever else it says. */
const NOT_HTTP = 0;
let fault: HttpFault = 'ok';
let turn = 0;

async function read(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return role === 'model' ? Buffer.concat(parts).toString() : '';
}

async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (incoming.url === '/fault') {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    fault = Buffer.concat(parts).toString() as HttpFault;
    outgoing.end();
    return;
  }
  const body = await read(incoming);
  turn += 1;
  if (fault === 'error')
    outgoing.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
  else if (fault === 'garbage') answerGarbage(outgoing, role === 'model' ? turn : NOT_HTTP);
  else if (fault === 'reset') await answerAndReset(outgoing);
  else {
    if (fault === 'slow') await untilGone(outgoing, SLOW_MS);
    if (role === 'model') await answerAsModel(incoming, outgoing, body);
    else outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }
}

async function untilGone(outgoing: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  await sleep(ms, undefined, { signal: gone.signal });
}

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  handle(incoming, outgoing).catch(() => outgoing.destroy());
});
server.on('clientError', (_, socket) => socket.destroy());
server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
