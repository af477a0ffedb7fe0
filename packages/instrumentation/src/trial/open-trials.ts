import { AsyncLocalStorage } from 'node:async_hooks';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { processClock } from '../capture/clock.js';
import { guard } from '../guard.js';
import { type Admission, assemble, type Assembled, assembling, unprotected } from './assemble.js';
import type { Protect } from './privacy/protect.js';
import type { Steps } from './steps.js';
import { legBytes } from './size.js';
import type { Leg } from './trial.js';

export interface OpenTrialsOptions {
  readonly producer: string;
  /** From a call's start until whatever is unresolved is given up, in milliseconds. Longer than the shadow's timeout. */
  readonly deadlineMs: number;
  /** What may leave the process of a trial; null: all that is in it. */
  readonly protection: Protect | null;
  /** Told once per admitted call. */
  readonly onAssembled: (assembled: Assembled) => void;
  /** Milliseconds of a clock that never steps. Default: the process's. */
  readonly elapsed?: () => number;
}

/** Of a turn of the event loop, what looking through trials may take before the host has its turn, in milliseconds. */
const SLICE_MS = 2;

interface OpenTrial {
  readonly admission: Admission;
  readonly legs: Map<string, Leg>;
  primary: Leg | null;
  bytes: number;
  /** All has come. */
  complete: boolean;
  /** Puts it together and looks through it; null before its turn. */
  work: Steps<Assembled> | null;
  readonly timer: NodeJS.Timeout;
}

/** The admitted calls that wait for their primary or a leg. Each leaves it once: when all is there, or at its deadline. */
export class OpenTrials {
  readonly #options: OpenTrialsOptions;
  readonly #open = new Set<OpenTrial>();
  #bytes = 0;
  readonly #waiting = new Set<() => void>();
  /** Those whose texts are yet to be looked through, or are being. In order of completion. */
  readonly #complete = new Set<OpenTrial>();
  /** A user's rule belongs to none of the host's requests. */
  readonly #outside = AsyncLocalStorage.snapshot();

  constructor(options: OpenTrialsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Bytes of the requests held and of the answers that have come, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Start of the earliest call that is open, in epoch ms, or null. Calls are opened in order of start, but for a few. */
  earliestStart(): number | null {
    let earliest: number | null = null;
    for (const { admission } of this.#open) earliest = Math.min(earliest ?? Infinity, admission.call.startedAt);
    return earliest;
  }

  /** Synchronous, before the primary is sent: its outcome must not be missed. */
  open(admission: Admission): void {
    const timer = setTimeout(() => this.#giveUp(trial, 'leg_deadline'), this.#options.deadlineMs).unref();
    const trial: OpenTrial = {
      admission,
      legs: new Map(),
      primary: null,
      bytes: 0,
      complete: false,
      work: null,
      timer,
    };
    this.#open.add(trial);
    this.#hold(trial, admission.call.bytes);
    if (admission.keepContent) admission.call.keepAnswer();
    admission.call.onOutcome((leg) => {
      trial.primary = leg;
      this.#hold(trial, legBytes(leg));
      this.#settle(trial);
    });
    for (const { arm, leg } of admission.legs) {
      void leg.then((outcome) => {
        trial.legs.set(arm, outcome);
        this.#hold(trial, legBytes(outcome));
        this.#settle(trial);
      });
    }
  }

  /** Calls back when no call is open, at once where none is. Gives back what takes the callback away again. */
  whenSettled(callback: () => void): () => void {
    if (this.#open.size === 0) callback();
    else this.#waiting.add(callback);
    return () => void this.#waiting.delete(callback);
  }

  /** Gives up all that is unresolved: the service is stopping. What is complete then has its turns still. */
  closeAll(): void {
    for (const trial of this.#open) this.#giveUp(trial, 'shutdown');
  }

  /** Lets nothing leave of what could not be looked through until now: there is no more time. */
  dropRest(): void {
    for (const trial of this.#complete) this.#leave(trial, undefined);
    this.#complete.clear();
  }

  #hold(trial: OpenTrial, bytes: number): void {
    if (!this.#open.has(trial)) return;
    trial.bytes += bytes;
    this.#bytes += bytes;
  }

  #giveUp(trial: OpenTrial, reason: 'shutdown' | 'leg_deadline'): void {
    for (const { arm, cancel } of trial.admission.legs) {
      if (trial.legs.has(arm)) continue;
      trial.legs.set(arm, { status: 'missing', reason });
      guard('trial.cancel', () => cancel(reason));
    }
    trial.primary ??= { status: 'missing', reason: 'primary_unresolved' };
    this.#settle(trial);
  }

  #settle(trial: OpenTrial): void {
    const { admission, primary, legs } = trial;
    if (primary === null || legs.size < admission.legs.length || trial.complete) return;
    trial.complete = true;
    clearTimeout(trial.timer);
    const { producer, protection } = this.#options;
    // To look through the texts takes time, and the primary may be in the middle of handing its last bytes to the host.
    if (protection !== null) this.#leaveInTurn(trial);
    else
      this.#leave(
        trial,
        guard('trial.assembled', () => assemble(admission, producer, primary, legs)),
      );
  }

  /**
   * A slice of each turn of the event loop: however many are complete at once, and however long their texts are, the host has its turns
   * between them. Not one trial alone: the turns of a busy host are long and few, and more would come than go.
   */
  #leaveInTurn(trial: OpenTrial): void {
    this.#complete.add(trial);
    if (this.#complete.size === 1) this.#outside(() => setImmediate(() => this.#next()));
  }

  #next(): void {
    const { elapsed = processClock.elapsed } = this.#options;
    const until = elapsed() + SLICE_MS;
    for (const trial of this.#complete) {
      let step = this.#step(trial);
      while (step?.done === false && elapsed() < until) step = this.#step(trial);
      if (step?.done === false) break;
      this.#complete.delete(trial);
      this.#leave(trial, step?.value);
      if (elapsed() >= until) break;
    }
    if (this.#complete.size > 0) setImmediate(() => this.#next());
  }

  #step(trial: OpenTrial): IteratorResult<undefined, Assembled> | undefined {
    return guard('trial.turn', () => {
      const { producer, protection } = this.#options;
      trial.work ??= assembling(trial.admission, producer, trial.primary, trial.legs, protection);
      return trial.work.next();
    });
  }

  /** @param assembled Undefined: it could not be made, or there was no time. */
  #leave(trial: OpenTrial, assembled: Assembled | undefined): void {
    if (!this.#open.delete(trial)) return;
    this.#bytes -= trial.bytes;
    const { admission, primary, legs } = trial;
    guard('trial.assembled', () => this.#options.onAssembled(assembled ?? unprotected(admission, primary, legs)));
    if (this.#open.size > 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }
}
