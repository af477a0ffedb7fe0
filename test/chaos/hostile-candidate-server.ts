import { type AddressInfo, createServer, type Socket } from 'node:net';

// The sources run as they are; the modules below are loaded once this is in place.
import '../ways-of-calling/source-modules.mjs';

const { attacksBy, GOOD } = await import('./hostile-candidate-attacks.js');
const { WARM_UP } = await import('./hostile-candidate-provider.js');

// A candidate that is told by the first segment of the path how to attack, once the service has warmed up. Run as: hostile-candidate-server.ts ELSEWHERE; prints
// `listening on PORT`.
const attacks = attacksBy(process.argv[2] ?? '');
const HEAD_END = '\r\n\r\n';

const server = createServer((socket) => {
  let received = Buffer.alloc(0);
  socket.on('error', () => undefined);
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    const end = received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = received.subarray(0, end).toString('latin1');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (received.length < end + HEAD_END.length + length) return;
    const warmingUp = received.includes(WARM_UP);
    received = received.subarray(end + HEAD_END.length + length);
    attack(socket, warmingUp ? GOOD : decodeURIComponent(/^POST \/([^/]+)/.exec(head)?.[1] ?? ''));
  };
  socket.on('data', onData);
});

function attack(socket: Socket, name: string): void {
  const found = attacks[name];
  if (found === undefined) socket.destroy();
  else found.says(socket);
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
