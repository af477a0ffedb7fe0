import type { Bounds, BudgetState, Control, Run } from '@understudy/instrumentation/experiment';
import type {
  Batch,
  CallId,
  ClusterKey,
  Misconfigured,
  PairId,
  RunId,
  SubjectKey,
} from '@understudy/instrumentation/trial';
import type { PairFacts } from '../tally/facts.js';
import type { ChangeLedger } from './changes.js';
import type { EmbeddingLedger } from './embedding-ledger.js';
import type { BatchJudging, DrawnPair, JudgingLedger } from './judging/judging-ledger.js';
import type { LabelLedger } from './label-ledger.js';
import type { CloseReason, PairContent, QueueView, RegisteredRun, StoredTransition } from './record.js';
import type { LedgerSnapshot } from './snapshot.js';

export type { CloseReason, PairContent, QueueView, RegisteredRun, StoredTransition } from './record.js';

/**
 * The durable record. Every write may be repeated and leaves what one would have left; every time is handed in (`now`, epoch ms).
 *
 * Methods reject with a retryable `LedgerUnavailable` where the database is away, and with the database's own error otherwise.
 */
export interface Ledger {
  /** Registers an announced run and numbers it among the runs of its experiment. A run already known keeps its number. */
  registerRun(run: Run, now: number): Promise<RegisteredRun>;
  /** Stores what bounds a run's shadowing, in the words of a service that started at `startedAt`; the youngest service's stay. */
  noteBounds(run: RunId, bounds: Bounds, times: { readonly startedAt: number; readonly now: number }): Promise<void>;
  /** Stores what people have set for an experiment, as the queue's store has it. */
  noteControl(experiment: string, control: Control): Promise<void>;
  /** Stores what the queue's store says of a budget: what it is told again where it has lost it. */
  noteBudget(budget: BudgetState): Promise<void>;
  /** Adds to what was seen of how an evaluator, or what it sees, is set up; services tell theirs with their batches. */
  noteMisconfigured(seen: readonly SeenMisconfigured[], now: number): Promise<void>;
  /** Leaves the runs of an experiment out of every snapshot, with all of them kept, or shows them again (null). Gives how many. Epoch ms. */
  retire(experiment: string, at: number | null): Promise<number>;
  /** A registered run, or null. Kept in memory once found: a run never changes. */
  findRun(run: RunId): Promise<RegisteredRun | null>;
  /**
   * Stores a batch in one transaction: the producer's word (sequence, watermark, counts) and the rows. A batch that was
   * stored before changes nothing. Every run of `rows` must be registered; counts of unregistered runs are left out.
   *
   * @param judging What was drawn of `rows`: stored with them.
   */
  storeBatch(batch: Batch, rows: readonly PairRow[], now: number, judging?: BatchJudging): Promise<StoreResult>;
  /** Puts what could not be stored aside. The same rejection twice is one row. */
  reject(rejections: readonly Rejection[], now: number): Promise<void>;
  /** Takes or renews the lease for `ttlMs`. False where another holder has it. */
  tryLease(holder: string, now: number, ttlMs: number): Promise<boolean>;
  /** Keeps with the lease what its holder knows of the queue: others who read the ledger judge by it, too. */
  noteQueue(holder: string, queue: QueueView): Promise<void>;
  /** Gives the lease up, so that the next holder need not wait for its end. */
  releaseLease(holder: string): Promise<void>;
  /** Closes every slice that can be closed, in order of start per run. Needs the lease; without it closes nothing. */
  closeSlices(options: CloseOptions): Promise<readonly ClosedSlice[]>;
  /**
   * Removes some of what the old closed slices were made from, and gives the number of rows removed: nothing anybody reads
   * changes, and no look needs it. Needs the lease; without it removes nothing.
   */
  compact(options: CloseOptions): Promise<number>;
  /** Stores that a verdict stopped a run's arm: once per run, arm and state, the first wins. True where it was this one. */
  recordTransition(transition: StoredTransition): Promise<boolean>;
  /** Everything a verdict, the status and the metrics are made of, read at one point in time. */
  snapshot(options: SnapshotOptions): Promise<LedgerSnapshot>;
  /** Stored pairs with their content, the newest first. */
  readPairs(query: PairQuery): Promise<readonly ShownPair[]>;
  /** The numbers of the pairs that are evidence, page by page, the oldest call first; `last`: go on after it; null: that was all. */
  readEvidence(
    query: EvidenceQuery,
  ): Promise<{ readonly pairs: readonly EvidencePair[]; readonly last: CallId | null }>;
  /** The call of a stored pair, or null. */
  findCall(pair: string): Promise<CallId | null>;
  /** Removes what was said and whose it was; numbers stay, and all that is decided by them. Again it finds nothing more. */
  erase(target: ErasureTarget, options: { readonly dryRun: boolean }): Promise<Erasure>;
  /**
   * Removes some of the content, and of what was put aside, that was stored before a time, and gives how many items. Needs the lease;
   * without it removes nothing.
   */
  expire(options: ExpireOptions): Promise<number>;
  /** What judges say. */
  readonly judging: JudgingLedger;
  /** Vectors of texts, once paid for. */
  readonly embeddings: EmbeddingLedger;
  /** What people say of pairs. */
  readonly labels: LabelLedger;
  /** How verdicts have changed, and who was told of it. */
  readonly changes: ChangeLedger;
  close(): Promise<void>;
}

/** What is to be erased. Pairs of one call hold the same texts: all of them are. */
export type ErasureTarget =
  | { readonly kind: 'subject'; readonly subject: SubjectKey }
  | { readonly kind: 'pair'; readonly pair: string; readonly call: CallId | null };

/** What was erased, or would be. */
export interface Erasure {
  readonly pairs: number;
  /** Of what was put aside: entries that held something of it. */
  readonly aside: number;
  /**
   * Entries that nobody can read (cut off, of another version, only a message that may quote somebody): they are emptied, since they may
   * hold something of it.
   */
  readonly unreadable: number;
  /** Entries whose key is not here: they stay as they are. */
  readonly sealed: number;
}

export interface ExpireOptions {
  readonly holder: string;
  readonly now: number;
  /** Epoch ms. */
  readonly before: number;
}

/** What an evaluator has seen. */
export interface SeenMisconfigured extends Misconfigured {
  /** The producers it was seen of, with what each has; absent: none in particular. */
  readonly by?: readonly { readonly producer: string; readonly found: string }[];
}

/** One leg with its primary, ready to be stored. */
export interface PairRow {
  readonly pair: PairId;
  readonly call: CallId;
  readonly run: RunId;
  readonly arm: string;
  readonly producer: string;
  /** floor(start of the call / slice length of the run). */
  readonly slice: number;
  readonly segment: string;
  readonly cluster: ClusterKey;
  /** Whose call it is, where that is recorded. */
  readonly subject?: SubjectKey;
  readonly pi: number;
  readonly facts: PairFacts;
  readonly content: PairContent;
  /** The labels of its answers in words, by the hashes in its numbers. */
  readonly labels?: ReadonlyMap<number, string>;
  /** It was erased on its way: the content is not stored. */
  readonly erased?: true;
}

/** A stored pair. `evidence`: its slice is closed and it is the pair of its cluster key that counts. */
export interface ShownPair extends Omit<PairRow, 'content' | 'labels' | 'erased'> {
  readonly content: PairContent | null;
  readonly late: boolean;
  readonly evidence: boolean;
  /** Why there is no content: it was erased or has grown old, or it is sealed with a key that is not here. */
  readonly withheld: 'removed' | 'sealed' | null;
}

export interface PairQuery {
  readonly run: RunId;
  readonly arm: string;
  /** At most so many. Default 20. */
  readonly limit?: number;
  readonly segment?: string;
  /** Only this pair. */
  readonly pair?: string;
}

export interface EvidenceQuery {
  readonly run: RunId;
  readonly arm: string;
  /** From the call after this one on. */
  readonly after?: CallId | null;
  /** Stored pairs to look at, evidence or not. */
  readonly limit: number;
  /** Only so many of all pairs, chosen by a hash of the call. Default 1: every one. */
  readonly oneIn?: number;
}

/** The numbers of a pair that is evidence. */
export type EvidencePair = Pick<PairRow, 'pair' | 'call' | 'slice' | 'segment' | 'pi' | 'facts'>;

/** What storing a batch did. */
export interface StoreResult {
  /** The batch had been stored before. */
  readonly repeated: boolean;
  /** Pairs stored now for the first time. */
  readonly inserted: readonly PairId[];
  /** Of `inserted`, those whose slice was closed: shown, never evidence. */
  readonly late: number;
  /** Of `inserted`, those that a judge is asked about, or that are settled without one. */
  readonly drawn: readonly Pick<DrawnPair, 'pair' | 'status'>[];
}

/** Something put aside. `legs` are the admitted legs in it, where they could be counted. */
export interface Rejection {
  readonly job: string;
  readonly code: string;
  readonly message: string;
  readonly producer: string | null;
  readonly seq: number | null;
  readonly run: string | null;
  readonly arm: string | null;
  readonly legs: number | null;
  /** What it was, as JSON; cut off beyond a limit. */
  readonly data: string | null;
}

export interface CloseOptions {
  readonly holder: string;
  readonly now: number;
  readonly queue: QueueView;
}

export interface ClosedSlice {
  readonly run: RunId;
  readonly slice: number;
  readonly reason: CloseReason;
  /** Legs of all arms: stored, the evidence among them, and those admitted that are not stored. */
  readonly stored: number;
  readonly evidence: number;
  readonly missing: number;
}

export interface SnapshotOptions {
  readonly now: number;
  /**
   * Without it what the holder of the lease has noted is taken. Where nobody holds it, producers are judged as by a reader that has always been
   * connected to a drained queue.
   */
  readonly queue?: QueueView;
  /**
   * With what is shown beside the gates in every stream, which is read seldom and much; without it only the overall counters, which metrics are
   * made of. Default false.
   */
  readonly shown?: boolean;
}
