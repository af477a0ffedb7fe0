import type { Call } from '../capture/call.js';
import type { Clock } from '../capture/clock.js';
import { guard, say } from '../guard.js';
import { ATTR_PAUSE_REASON, ATTR_PAUSE_UNTIL, EVENT_PAUSED } from '../semconv.js';
import type { PauseListener, PauseReason, PauseTrouble } from './pauses.js';

/** Where pauses are counted. */
export interface PauseMeters {
  paused(reason: PauseReason, experiment: string, now: boolean): void;
}

/** One pause for each reason is told of in this time, in milliseconds: pauses that come and go must not flood the host's log. */
const TOLD_EVERY_MS = 60_000;

interface Told {
  at: number;
  /** Whether the one that holds was told of: then its end is as well. */
  open: boolean;
  untold: number;
}

/** Tells of an experiment's pauses: a line in the log at both ends, an event on a primary's span, and a count. */
export class Journal implements PauseListener {
  readonly #experiment: string;
  readonly #clock: Clock;
  readonly #meters: PauseMeters;
  readonly #told = new Map<PauseReason, Told>();
  /** Pauses that no call has met yet, and until when they are. */
  readonly #unmet = new Map<PauseReason, string>();
  #call: Call | null = null;

  constructor(experiment: string, clock: Clock, meters: PauseMeters) {
    this.#experiment = experiment;
    this.#clock = clock;
    this.#meters = meters;
  }

  /** What begins meanwhile begins with this call. */
  during(call: Call, run: () => void): void {
    this.#call = call;
    try {
      run();
    } finally {
      this.#call = null;
    }
  }

  /** A call whose shadows were held back. The first of each pause has it on its span. */
  met(reason: PauseReason, call: Call): void {
    const until = this.#unmet.get(reason);
    if (until === undefined) return;
    this.#unmet.delete(reason);
    mark(call, reason, until);
  }

  began(reason: PauseReason, { detail }: PauseTrouble, forMs: number): void {
    this.#meters.paused(reason, this.#experiment, true);
    const until = new Date(this.#clock.now() + forMs).toISOString();
    if (this.#call === null) this.#unmet.set(reason, until);
    else mark(this.#call, reason, until);

    const now = this.#clock.elapsed();
    const told = this.#told.get(reason) ?? { at: -Infinity, open: false, untold: 0 };
    this.#told.set(reason, told);
    told.open = now - told.at >= TOLD_EVERY_MS;
    if (!told.open) {
      told.untold += 1;
      return;
    }
    const since = told.untold === 0 ? '' : `; ${told.untold} more like it since the last one told of`;
    say(
      `the shadows of ${this.#experiment} pause for ${(forMs / 1000).toFixed(1)} s or more: ${detail} (${reason})${since}`,
    );
    told.at = now;
    told.untold = 0;
  }

  ended(reason: PauseReason): void {
    this.#meters.paused(reason, this.#experiment, false);
    this.#unmet.delete(reason);
    const told = this.#told.get(reason);
    if (told?.open !== true) return;
    told.open = false;
    say(`the shadows of ${this.#experiment} resume, an eighth of them at first (${reason})`);
  }
}

function mark(call: Call, reason: PauseReason, until: string): void {
  guard('govern.event', () => {
    call.span.addEvent(EVENT_PAUSED, { [ATTR_PAUSE_REASON]: reason, [ATTR_PAUSE_UNTIL]: until });
  });
}
