import type { Clock } from '../capture/clock.js';
import { type Control, type Phase, readControl, readPhase } from '../experiment/control.js';
import type { Experiment, Run } from '../experiment/definition.js';
import { remark, say } from '../guard.js';
import { type Terms, termsOf } from './terms.js';

/** What the queue's store holds of an experiment, as it came; undefined where it holds nothing. */
export interface Word {
  readonly control: unknown;
  readonly phase: unknown;
}

/** Different sets of probabilities in one slice at most: each probability is a row of its own in the counts. More wait for the next slice. */
const MOST_SETS = 8;

/**
 * The terms of one experiment in this process, as they follow the store. Holds the last known ones while it is silent, and is off once
 * it has been for `control.offAfterMs`.
 *
 * Nothing of a call reaches it. What the store holds is checked by the schema of `experiment/control.ts`; what is not of it changes nothing.
 */
export class Live {
  readonly #experiment: Experiment;
  readonly #run: Run;
  readonly #clock: Clock;
  #control: Control | null = null;
  #phase: Phase = 'open';
  #terms: Terms;
  /** Names the probabilities that hold, or that held last where nothing is compared. */
  #key: string;
  /** The sets of probabilities used in the slice. */
  readonly #used = { slice: -1, keys: new Set<string>() };
  #heardAt: number | null = null;
  /** There was a first word, and it could not be read. */
  #deaf = false;
  #silent = false;

  constructor(experiment: Experiment, run: Run, clock: Clock) {
    this.#experiment = experiment;
    this.#run = run;
    this.#clock = clock;
    this.#terms = termsOf(experiment, null, 'open');
    this.#key = keyOf(this.#terms, 'open');
  }

  /**
   * The store was read. Where it holds nothing, what it held before still applies: it has lost its data. What cannot be read counts as
   * silence, and until the first word that can be, nothing is compared.
   */
  hear(word: Word): void {
    const control = word.control === undefined ? this.#control : readControl(word.control);
    if (control === null && word.control !== undefined) {
      remark(
        'control.unread',
        `the control state of ${this.#experiment.name} in the queue's store cannot be read: it changes nothing`,
      );
      this.#deaf ||= this.#heardAt === null;
      this.missed();
      return;
    }
    this.#heardAt = this.#clock.elapsed();
    this.#deaf = false;
    if (this.#silent) say(`${this.#experiment.name} follows the queue's store again`);
    this.#silent = false;
    this.#apply(control, readPhase(word.phase, this.#run.id) ?? this.#phase);
  }

  /** The store could not be read. */
  missed(): void {
    if (this.#silent || !this.#isForgotten()) return;
    this.#silent = true;
    const { name, control } = this.#experiment;
    say(`no word of the queue's store for ${control.offAfterMs / 1000} s: ${name} is off until there is one`);
  }

  /** The terms of a call that starts now. */
  terms(): Terms {
    return this.#deaf || this.#isForgotten() ? { ...this.#terms, off: 'disabled' } : this.#terms;
  }

  #isForgotten(): boolean {
    return this.#heardAt !== null && this.#clock.elapsed() - this.#heardAt > this.#experiment.control.offAfterMs;
  }

  #apply(control: Control | null, phase: Phase): void {
    const terms = termsOf(this.#experiment, control, phase);
    const { rate } = terms.sample;
    if (control?.rate !== undefined && rate > control.rate) {
      const { name } = this.#experiment;
      remark(
        'control.pi_min',
        `${name} samples at ${rate}, its piMin: the rate that was set is lower, and no call could be admitted`,
      );
    }
    this.#control = control;
    this.#phase = phase;
    const key = keyOf(terms, phase);
    // The switch and the window hold at once; the probabilities may have to wait, and while nothing is compared there are none: those of a
    // time that is off would hold in the next one unasked, and be zero where that was why.
    const changes = key !== this.#key && terms.off === null && this.#mayUse(key);
    this.#terms = changes ? terms : { ...terms, sample: this.#terms.sample };
    if (changes) this.#key = key;
  }

  #mayUse(key: string): boolean {
    const slice = Math.floor(this.#clock.now() / this.#experiment.slice.lengthMs);
    if (slice !== this.#used.slice) {
      this.#used.slice = slice;
      this.#used.keys.clear();
      this.#used.keys.add(this.#key);
    }
    const { keys } = this.#used;
    if (!keys.has(key) && keys.size >= MOST_SETS) return false;
    keys.add(key);
    return true;
  }
}

function keyOf({ sample: { rate, rules } }: Terms, phase: Phase): string {
  return `${rate} ${rules.length} ${phase}`;
}
