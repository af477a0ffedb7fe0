import type { Refusing } from './faulty-proxy.js';

const NOTHING = Buffer.alloc(0);
const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);

/** A PostgreSQL that lets clients in and answers every statement with an ErrorResponse: 53100, the disk is full. */
export function refusingPostgres(): Refusing {
  let rest: Buffer = NOTHING;
  /** The first message of a connection has no type. */
  let started = false;
  return {
    said(data, faulty) {
      rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
      let statements = 0;
      let at = 0;
      let passed = NOTHING;
      for (;;) {
        const typed = started ? 1 : 0;
        if (rest.length < at + typed + 4) break;
        const end = at + typed + rest.readInt32BE(at + typed);
        if (rest.length < end) break;
        const type = started ? rest[at] : 0;
        // What starts or ends a connection goes on in any case.
        if (!started || type === 'p'.charCodeAt(0) || type === 'X'.charCodeAt(0))
          passed = Buffer.concat([passed, rest.subarray(at, end)]);
        else if (type === QUERY || type === SYNC) statements += 1;
        started = true;
        at = end;
      }
      rest = rest.subarray(at);
      if (!faulty) return { answer: NOTHING, passed: data };
      const refusal = Buffer.concat([errorResponse(), readyForQuery()]);
      return { answer: Buffer.concat(Array.from({ length: statements }, () => refusal)), passed };
    },
  };
}

function errorResponse(): Buffer {
  const fields = Buffer.from('SERROR\0VERROR\0C53100\0Mcould not extend file: No space left on device\0\0');
  return message('E', fields);
}

function readyForQuery(): Buffer {
  return message('Z', Buffer.from('I'));
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}
