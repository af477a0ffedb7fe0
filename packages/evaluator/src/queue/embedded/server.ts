import { createServer, type Socket } from 'node:net';
import { PGLiteSocketHandler, type PGLiteSocketHandlerOptions } from '@electric-sql/pglite-socket';
import { type Session, Turns } from './turns.js';

/** A session served to any number of clients on loopback. */
export interface SessionServer {
  readonly port: number;
  /** Disconnects everybody. The session stays open. */
  stop(): Promise<void>;
}

/** A client that holds the session this long without a word is disconnected: it would block all others for ever. */
const PATIENCE_MS = 15_000;

/**
 * Serves a session on a free port of 127.0.0.1. The framing is pglite-socket's; the turns are our own, since its queue lets
 * two clients' statements run into each other.
 */
export async function serveSession(session: Session, patienceMs: number = PATIENCE_MS): Promise<SessionServer> {
  const handlers = new Map<number, PGLiteSocketHandler>();
  const sockets = new Set<Socket>();
  let stopping = false;
  const turns = new Turns(session, { patienceMs, onSilent: (client) => void handlers.get(client)?.detach(true) });
  const server = createServer((socket) => attach(socket));

  function attach(socket: Socket): void {
    // Accepted while the server was closing: nobody would ever let go of it.
    if (stopping) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    const queryQueue = turns as unknown as PGLiteSocketHandlerOptions['queryQueue'];
    const handler = new PGLiteSocketHandler({ queryQueue, closeOnDetach: true });
    handlers.set(handler.handlerId, handler);
    const forget = (): boolean => handlers.delete(handler.handlerId);
    socket.once('close', () => {
      sockets.delete(socket);
      forget();
    });
    handler.addEventListener('error', forget);
    handler.attach(socket).catch(() => socket.destroy());
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return {
    port: address.port,
    async stop() {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...handlers.values()].map((handler) => handler.detach(true)));
      // A client that does not answer a goodbye is not waited for.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
