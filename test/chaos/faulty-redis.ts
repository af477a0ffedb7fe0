import type { Refusing } from './faulty-proxy.js';

const NOTHING = Buffer.alloc(0);
const REFUSAL = '-ERR the server is out of order\r\n';

/** A Redis that answers every command with an error. Counts the commands of RESP: arrays of bulk strings. */
export function refusingRedis(): Refusing {
  let rest: Buffer = NOTHING;
  return {
    said(data, faulty) {
      rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
      let commands = 0;
      let at = 0;
      for (let end = endOfCommand(rest, 0); end !== null; end = endOfCommand(rest, at)) {
        commands += 1;
        at = end;
      }
      rest = rest.subarray(at);
      if (!faulty) return { answer: NOTHING, passed: data };
      return { answer: Buffer.from(REFUSAL.repeat(commands)), passed: NOTHING };
    },
  };
}

/** The end of the command that starts here, or null where it has not all come. */
function endOfCommand(data: Buffer, start: number): number | null {
  const count = header(data, start);
  if (count === null) return null;
  let at = count.end;
  for (let part = 0; part < count.value; part += 1) {
    const length = header(data, at);
    if (length === null) return null;
    at = length.end + length.value + 2;
    if (at > data.length) return null;
  }
  return at;
}

/** `*3\r\n` or `$5\r\n`: its number, and where it ends. */
function header(data: Buffer, start: number): { readonly value: number; readonly end: number } | null {
  const end = data.indexOf('\r\n', start);
  return end < 0 ? null : { value: Number(data.toString('latin1', start + 1, end)), end: end + 2 };
}
