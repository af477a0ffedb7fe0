import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { guard } from '../guard.js';

/** What a response may take on the wire beside its body, and for each byte of it: a byte in a chunk of its own takes six. */
const MOST_BESIDE = { bytes: 256 * 1024, perByte: 16 };

/** Bytes come on and on, and they are none of a body: chunk extensions, say, of which an HTTP parser tells nobody. */
class OverheadError extends Error {
  readonly code = 'response_overhead';
}

/** The bytes of a body that have come over a connection for the request at hand. */
export interface Received {
  readonly bodyBytes: number;
}

let starting: Received | null = null;

/** To be said when a request starts: what is written to a connection next is that request. */
export function requestStarts(received: Received): void {
  starting = received;
}

/**
 * A connector whose connections neither hold the process open nor take more than belongs to a response. A shadow in flight must not
 * keep the host alive: undici holds on to a socket while it is in use, so it is told not to.
 */
export function guarded(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const socket = connect(options, (...result) => {
      const [, made] = result as readonly [unknown, Socket | null | undefined];
      if (made !== null && made !== undefined) guard('shadow.connection', () => watch(made));
      callback(...result);
    }) as unknown as Socket | undefined;
    if (socket === undefined) return socket;
    socket.unref();
    socket.ref = () => socket;
    return socket;
  };
}

function watch(socket: Socket): void {
  // Several requests at once, each under its own flow control.
  if ((socket as { alpnProtocol?: unknown }).alpnProtocol === 'h2') return;
  let current: Received | null = null;
  let before = 0;
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
  socket.write = (...args: readonly unknown[]): boolean => {
    if (starting !== null) {
      current = starting;
      before = socket.bytesRead;
      starting = null;
    }
    return write(...args);
  };
  socket.on('readable', () => {
    if (current === null) return;
    const most = MOST_BESIDE.bytes + MOST_BESIDE.perByte * current.bodyBytes;
    if (socket.bytesRead - before > most) socket.destroy(new OverheadError(`more than ${most} bytes beside the body`));
  });
}
