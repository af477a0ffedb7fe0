/** One session of a database that speaks the PostgreSQL protocol, message by message. */
export interface Session {
  /** Executes one protocol message; what the database answers comes through `onRawData`. */
  execProtocolRawStream(message: Uint8Array, options: { onRawData: (data: Uint8Array) => void }): Promise<void>;
  isInTransaction(): boolean;
}

interface Message {
  readonly client: number;
  readonly bytes: Uint8Array;
  readonly onData: (data: Uint8Array) => void;
  readonly resolve: (size: number) => void;
  readonly reject: (error: Error) => void;
}

/** The messages that begin or continue a statement of the extended protocol: Parse, Bind, Describe, Execute, Close, Flush. */
const UNFINISHED: ReadonlySet<number> = new Set(Buffer.from('PBDECH', 'latin1'));
const SYNC: Uint8Array = Uint8Array.of('S'.charCodeAt(0), 0, 0, 0, 4);
const ROLLBACK: Uint8Array = Buffer.from('Q\0\0\0\rROLLBACK\0', 'latin1');

/**
 * Lets many clients share one session, in turns. A client keeps its turn until its statement is complete (Sync) and no
 * transaction of its own is open: a large statement comes in several pieces, and another client's Parse between them would
 * silently replace it.
 *
 * A client that keeps its turn and says nothing for `patienceMs` is reported to `onSilent`, who must disconnect it.
 * Has the methods that a socket handler of pglite-socket calls.
 */
export class Turns {
  readonly #session: Session;
  readonly #patienceMs: number;
  readonly #onSilent: (client: number) => void;
  #queue: Message[] = [];
  #holder: number | null = null;
  #midStatement = false;
  #running: number | null = null;
  #working = false;
  #left = new Set<number>();
  #patience: NodeJS.Timeout | undefined;
  #idle: Promise<void> = Promise.resolve();

  constructor(session: Session, options: { patienceMs: number; onSilent: (client: number) => void }) {
    this.#session = session;
    this.#patienceMs = options.patienceMs;
    this.#onSilent = options.onSilent;
  }

  /** Executes a message in its client's turn, and resolves with the size of the answer. */
  enqueue(client: number, bytes: Uint8Array, onData: (data: Uint8Array) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ client, bytes, onData, resolve, reject });
      this.#go();
    });
  }

  getQueueLength(): number {
    return this.#queue.length;
  }

  /** A client is gone: what it still wanted is dropped. */
  clearQueueForHandler(client: number): void {
    const dropped = this.#queue.filter((message) => message.client === client);
    this.#queue = this.#queue.filter((message) => message.client !== client);
    for (const message of dropped) message.reject(new Error('the client has left'));
  }

  /** A client is gone: its open statement and transaction end, now or after the message that is being executed. */
  async clearTransactionIfNeeded(client: number): Promise<void> {
    if (this.#running === client || this.#holder === client) this.#left.add(client);
    this.#go();
    await this.#idle;
  }

  #go(): void {
    if (this.#working) return;
    this.#working = true;
    this.#idle = this.#run();
  }

  async #run(): Promise<void> {
    clearTimeout(this.#patience);
    for (;;) {
      if (this.#holder !== null && this.#left.has(this.#holder)) await this.#endTurn(this.#holder);
      const message = this.#next();
      if (message === undefined) break;
      await this.#execute(message);
    }
    this.#working = false;
    const holder = this.#holder;
    if (holder === null) return;
    this.#patience = setTimeout(() => this.#onSilent(holder), this.#patienceMs).unref();
  }

  #next(): Message | undefined {
    if (this.#holder === null) return this.#queue.shift();
    const index = this.#queue.findIndex((message) => message.client === this.#holder);
    return index === -1 ? undefined : this.#queue.splice(index, 1)[0];
  }

  async #execute(message: Message): Promise<void> {
    this.#running = message.client;
    let size = 0;
    try {
      await this.#session.execProtocolRawStream(message.bytes, {
        onRawData: (data) => {
          size += data.length;
          message.onData(data);
        },
      });
      this.#midStatement = UNFINISHED.has(message.bytes[0] ?? 0);
      message.resolve(size);
    } catch (error) {
      message.reject(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#running = null;
      this.#holder = this.#midStatement || this.#session.isInTransaction() ? message.client : null;
      if (this.#holder === null) this.#left.delete(message.client);
    }
  }

  async #endTurn(client: number): Promise<void> {
    this.#running = client;
    const ignore = { onRawData: (): void => undefined };
    try {
      if (this.#midStatement) await this.#session.execProtocolRawStream(SYNC, ignore);
      if (this.#session.isInTransaction()) await this.#session.execProtocolRawStream(ROLLBACK, ignore);
    } catch {
      // The session answers with an error to whoever comes next; there is nobody left to tell here.
    } finally {
      this.#running = null;
      this.#midStatement = false;
      this.#holder = null;
      this.#left.delete(client);
    }
  }
}
