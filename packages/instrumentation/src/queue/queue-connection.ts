import type { LeaseReply, LeaseRequest } from '../experiment/budget/lease.js';
import type { EncodedBatch } from '../trial/codec.js';

/** How much lies in the queue. */
export interface Backlog {
  /** Batches nobody has taken yet. */
  readonly waiting: number;
  /** Which of them would be taken next; absent or null where it was not asked. */
  readonly next?: string | null;
  /** Null where the store has no limit of its memory, or does not say. */
  readonly memory: StoreMemory | null;
}

/** A store that holds its data in memory. */
export interface StoreMemory {
  readonly usedBytes: number;
  /** At this it refuses or evicts. */
  readonly limitBytes: number;
  /** Connections of all kinds. */
  readonly clients: number;
  /** What becomes of keys at the limit, where they do not simply stay; null: they stay, or it is not known. */
  readonly evicts?: string | null;
}

/** An open connection to the queue's store. After any failure it is of no more use: close it and open another. */
export interface QueueConnection {
  /** Resolves when the store has acknowledged the job. The same id again is the same job. */
  add(jobId: string, data: EncodedBatch): Promise<void>;
  backlog(): Promise<Backlog>;
  /** The salt all producers share: the first one's, whoever asks. */
  salt(): Promise<Uint8Array>;
  /** A setting that others write, as it is: any JSON, to be checked by who reads it. Undefined where there is none. */
  setting(id: string): Promise<unknown>;
  /** One request of a lease of money, carried out at once and as a whole. */
  lease(request: LeaseRequest): Promise<LeaseReply>;
  /** At once, whatever is under way. Never throws. */
  close(): void;
}

/** A place where batches go. Opening it again after a failure may find it elsewhere. */
export interface QueueStore {
  open(): Promise<QueueConnection>;
}
