import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { SLOW_MS } from './faulty-model.js';

/** What a proxy does to the answers of the server behind it. `ok`: it passes them on. */
export type ProxyFault = 'ok' | 'error' | 'slow' | 'garbage' | 'reset';

/** Speaks for a server that answers every command with an error. One for each connection; it is shown all that the client says. */
export interface Refusing {
  /** What the client said, in its pieces. The answer, and what of it goes on to the server behind. */
  said(data: Buffer, faulty: boolean): { readonly answer: Buffer; readonly passed: Buffer };
}

export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  /** Of the connections that are there, and of those to come. */
  fault: ProxyFault;
  /** Answers spoiled so far: the fault's own count. */
  readonly spoiled: number;
}

interface Connection {
  readonly client: Socket;
  /** Lets go of what is held back. */
  release(): void;
}

/** Bytes of an answer that come before the reset. */
const BEFORE_RESET = 3;

/** A proxy on 127.0.0.1 that passes everything on until it is given a fault. @param refusing How the protocol says "no". */
export async function startProxy(target: { readonly port: number }, refusing: () => Refusing): Promise<FaultyProxy> {
  const open = new Set<Connection>();
  let fault: ProxyFault = 'ok';
  let spoiled = 0;
  const server = createServer((client) => {
    const upstream = connect({ port: target.port, host: '127.0.0.1' });
    const speaker = refusing();
    const held: Buffer[] = [];
    let timer: NodeJS.Timeout | null = null;
    const release = (): void => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      for (const data of held.splice(0)) client.write(data);
    };
    const connection: Connection = { client, release };
    open.add(connection);
    const end = (): void => {
      if (timer !== null) clearTimeout(timer);
      open.delete(connection);
      client.destroy();
      upstream.destroy();
    };
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('data', (data: Buffer) => {
      const { answer, passed } = speaker.said(data, fault === 'error');
      if (answer.length > 0) {
        spoiled += 1;
        client.write(answer);
      }
      if (passed.length > 0) upstream.write(passed);
    });
    upstream.on('data', (data: Buffer) => {
      if (fault === 'ok' || fault === 'error') {
        if (held.length > 0) held.push(data);
        else client.write(data);
        return;
      }
      spoiled += 1;
      if (fault === 'slow') {
        held.push(data);
        timer ??= setTimeout(release, SLOW_MS);
      } else if (fault === 'garbage') client.write(data.map((byte, index) => (byte * 7 + index * 13 + 5) & 0xff));
      else {
        client.write(data.subarray(0, Math.min(BEFORE_RESET, data.length - 1)), () => client.resetAndDestroy());
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
      if (next === 'ok') for (const { release } of open) release();
    },
    get spoiled() {
      return spoiled;
    },
    async [Symbol.asyncDispose]() {
      for (const { client } of open) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
