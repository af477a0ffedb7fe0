import { describe, expect, it } from 'vitest';
import { type Session, Turns } from './turns.js';

/** A session that writes down what it is given: letters are messages, `(` opens a transaction and `)` ends it. */
class Script implements Session {
  readonly said: string[] = [];
  #open = false;

  async execProtocolRawStream(message: Uint8Array, { onRawData }: { onRawData: (data: Uint8Array) => void }) {
    const text = Buffer.from(message).toString();
    await Promise.resolve();
    if (text.includes('!')) throw new Error('the session broke');
    this.said.push(text.includes('ROLLBACK') ? 'rollback' : text.charCodeAt(1) === 0 ? 'sync' : text);
    if (text.includes('(')) this.#open = true;
    if (text.includes(')') || text.includes('ROLLBACK')) this.#open = false;
    onRawData(message);
  }

  isInTransaction(): boolean {
    return this.#open;
  }
}

function setUp(patienceMs = 60_000) {
  const session = new Script();
  const silent: number[] = [];
  const turns = new Turns(session, { patienceMs, onSilent: (client) => silent.push(client) });
  const say = (client: number, text: string): Promise<number> =>
    turns.enqueue(client, Buffer.from(text), () => undefined);
  return { session, turns, say, silent };
}

describe('Turns', () => {
  it('lets nobody speak between the pieces of a statement', async () => {
    const { session, say } = setUp();
    const first = say(1, 'P1');
    const other = ['P2', 'B2', 'E2', 'S2'].map((text) => say(2, text));
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    for (const text of ['B1', 'E1', 'S1']) await say(1, text);
    await Promise.all(other);
    expect(session.said).toEqual(['P1', 'B1', 'E1', 'S1', 'P2', 'B2', 'E2', 'S2']);
  });

  it('lets nobody speak within a transaction', async () => {
    const { session, say } = setUp();
    await say(1, 'Q(');
    const other = say(2, 'Q2');
    await say(1, 'Q1');
    await say(1, 'Q)');
    await other;
    expect(session.said).toEqual(['Q(', 'Q1', 'Q)', 'Q2']);
  });

  it('ends the statement and the transaction of a client that leaves', async () => {
    const { session, turns, say } = setUp();
    await say(1, 'Q(');
    await say(1, 'P1');
    const waiting = say(2, 'Q2');
    turns.clearQueueForHandler(1);
    await turns.clearTransactionIfNeeded(1);
    await waiting;
    expect(session.said).toEqual(['Q(', 'P1', 'sync', 'rollback', 'Q2']);
  });

  it('ends the transaction of a client that leaves while it is being opened', async () => {
    const { session, turns, say } = setUp();
    const opening = say(1, 'Q(');
    const waiting = say(2, 'Q2');
    turns.clearQueueForHandler(1);
    await turns.clearTransactionIfNeeded(1);
    await Promise.all([opening, waiting]);
    expect(session.said).toEqual(['Q(', 'rollback', 'Q2']);
  });

  it('goes on after the session broke', async () => {
    const { session, say } = setUp();
    await expect(say(1, 'Q!')).rejects.toThrow('the session broke');
    await say(2, 'Q2');
    expect(session.said).toEqual(['Q2']);
  });

  it('reports a client that keeps its turn and says nothing, and no other', async () => {
    const { say, silent } = setUp(5);
    await say(1, 'Q1');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(silent).toEqual([]);
    await say(2, 'Q(');
    await expect.poll(() => silent).toEqual([2]);
  });
});
