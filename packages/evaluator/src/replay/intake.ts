import type { RunDefinition } from '@understudy/instrumentation/experiment';
import { AA_ARM, type Trial } from '@understudy/instrumentation/trial';
import { ConfigurationError } from '../errors.js';
import type { NotingOptions } from '../score/notes.js';
import { mergedScores, scoreTrial } from '../score/score-trial.js';
import type { Scorer } from '../score/scorer.js';
import type { PriceOf } from '../tally/facts-of.js';
import type { Line } from './read-lines.js';
import { createTrialReader, type Given, LineError } from './read-trial.js';
import type { ReplaySettings } from './settings.js';
import type { Row } from './sorted-rows.js';
import { isOfBrokenClock, rowText } from './trial-row.js';
import { own } from '../tally/own.js';

export interface IntakeOptions extends Pick<ReplaySettings, 'run' | 'named'> {
  /** What the lines are known as, for people. */
  readonly source: string;
  readonly scorers: readonly Scorer[];
  readonly noting: NotingOptions;
  readonly priceOf: PriceOf;
  /** Epoch ms: what lies more than an hour ahead of it is of a broken clock. */
  readonly now: number;
  /** Go on after a line that cannot be read. */
  readonly lenient: boolean;
  readonly onProgress?: (lines: number) => void;
}

const MOST_PROBLEMS = 20;
const MOST_ARMS_NAMED = 5;
/** Beyond it the lines are of no one experiment. */
const MOST_RUNS = 1000;

/** What names one run: how many lines, and their smallest probability of inclusion. */
export interface RunLines {
  readonly lines: number;
  readonly smallest: number;
  /** Arms with a judgement, and with a person's answer. */
  readonly judged: Set<string>;
  readonly labelled: Set<string>;
}

/** Of a run that no line names. */
export const noLines = (): RunLines => ({ lines: 0, smallest: 1, judged: new Set(), labelled: new Set() });

/** Lines on their way into rows. */
export class Intake {
  read = 0;
  unreadable = 0;
  brokenClocks = 0;
  otherArms = 0;
  readonly problems: { readonly line: number; readonly problem: string }[] = [];
  readonly runs: Map<string, RunLines> = new Map();
  readonly armsNotTaken: Set<string> = new Set();
  readonly #options: IntakeOptions;
  readonly #keep: (row: Row) => void;
  readonly #parse: (text: string) => { readonly trial: Trial; readonly given: Given };

  constructor(options: IntakeOptions, keep: (row: Row) => void) {
    this.#options = options;
    this.#keep = keep;
    this.#parse = createTrialReader(new Set([...options.scorers.map(({ name }) => name), 'embedding']));
  }

  add(line: Line): void {
    const { source, lenient, onProgress = () => {} } = this.#options;
    try {
      if (line.text === null) throw new LineError(line.problem);
      this.#addTrial(line.text);
      this.read += 1;
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      if (!lenient) {
        throw new ConfigurationError(source, [
          `line ${line.line}: ${error.message}; with --lenient the others are read, and the verdict is never GO`,
        ]);
      }
      this.unreadable += 1;
      if (this.problems.length < MOST_PROBLEMS) this.problems.push({ line: line.line, problem: error.message });
    }
    onProgress(line.line);
  }

  #addTrial(text: string): void {
    const { scorers, noting, priceOf, now, run } = this.#options;
    const { trial: whole, given } = this.#parse(text);
    const trial = this.#declared(whole);
    const counted = this.runs.get(trial.run) ?? noLines();
    if (counted.lines === 0 && this.runs.size >= MOST_RUNS) throw new LineError(`more than ${MOST_RUNS} runs`);
    const { lines, smallest, judged, labelled } = counted;
    this.runs.set(trial.run, { lines: lines + 1, smallest: Math.min(smallest, trial.pi), judged, labelled });
    for (const arm of Object.keys(trial.legs)) {
      if (own(given.judgements, arm) !== undefined) judged.add(arm);
      if (typeof own(given.labels, arm) === 'number') labelled.add(arm);
    }
    if (Object.keys(trial.legs).length === 0) return;
    const broken = isOfBrokenClock(trial, now);
    if (broken) this.brokenClocks += 1;
    const scores = broken ? {} : mergedScores(scoreTrial(trial, { scorers, noting }), given.scores);
    const slice = Math.floor(trial.startedAt / run.definition.slice.lengthMs);
    this.#keep({ key: slice, text: rowText(trial, scores, given, priceOf, broken) });
  }

  #declared(trial: Trial): Trial {
    const { named, run } = this.#options;
    const known = (arm: string): boolean => arm === AA_ARM || isDeclared(run.definition, arm);
    const legs = Object.entries(trial.legs);
    if (!named || legs.every(([arm]) => known(arm))) return trial;
    const own = legs.filter(([arm]) => known(arm));
    this.otherArms += legs.length - own.length;
    for (const [arm] of legs) if (!known(arm)) this.#nameOther(arm);
    return { ...trial, legs: Object.fromEntries(own) };
  }

  /** Those that come first by name, in whatever order the lines have them. */
  #nameOther(arm: string): void {
    const named = this.armsNotTaken;
    named.add(arm);
    if (named.size > MOST_ARMS_NAMED) named.delete([...named].toSorted().at(-1) ?? arm);
  }
}

function isDeclared({ candidates }: RunDefinition, arm: string): boolean {
  return Object.hasOwn(candidates, arm);
}
