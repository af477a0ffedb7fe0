import type { RunDefinition } from '@understudy/instrumentation/experiment';
import { AA_ARM, type Trial } from '@understudy/instrumentation/trial';
import { ConfigurationError, NotFoundError } from '../errors.js';
import type { NotingOptions } from '../score/notes.js';
import { mergedScores, scoreTrial } from '../score/score-trial.js';
import type { Scorer } from '../score/scorer.js';
import type { PriceOf } from '../tally/facts-of.js';
import { chunksOf } from './chunks.js';
import { closeAll } from './close.js';
import { type Line, readLines } from './read-lines.js';
import { createTrialReader, type Given, LineError } from './read-trial.js';
import { closingSettings, type ReplaySettings } from './settings.js';
import { ShuffledRows } from './shuffled.js';
import { type Row, SortedRows, type SortingOptions } from './sorted-rows.js';
import { type Replayed, replayedStandings } from './standings.js';
import { isOfBrokenClock, rowText } from './trial-row.js';

export interface ReplayOptions extends ReplaySettings {
  /** What the lines are known as, for people. */
  readonly source: string;
  readonly scorers: readonly Scorer[];
  readonly noting: NotingOptions;
  readonly priceOf: PriceOf;
  /** Epoch ms: what lies more than an hour ahead of it is of a broken clock. */
  readonly now: number;
  /** The run whose pairs count, where the lines name several; null: there may be only one, or the policy's own is taken. */
  readonly pairsOf: string | null;
  /** Go on after a line that cannot be read. */
  readonly lenient: boolean;
  /** Reads the pairs in an order of this seed; null: in theirs. */
  readonly shuffle: number | null;
  /** Parts with tallies of their own. */
  readonly shards: number;
  readonly onProgress?: (lines: number) => void;
  readonly sorting?: SortingOptions;
}

/** What a replay says. Whatever the order of the lines and the number of shards, it is the same. */
export interface ReplayReport {
  /** The run the pairs name. */
  readonly run: string;
  readonly lines: LineCounts;
  /** The first lines that cannot be read. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
  /** The arms the policy's experiment does not have, in order: at most {@link MOST_ARMS_NAMED}. */
  readonly otherArms: readonly string[];
  /** The smallest probability of inclusion: of the pairs, and the one that the policy's run declares. A pair counts as declared / its own. */
  readonly leastPi: { readonly ofPairs: number; readonly declared: number };
  readonly candidates: readonly Replayed[];
}

/** Lines that are not empty. `read`: those that hold a trial; the others are parts of them. */
export interface LineCounts {
  readonly read: number;
  readonly unreadable: number;
  /** Of calls that were there before. */
  readonly repeated: number;
  readonly otherRuns: number;
  /** Of calls whose clock is broken: what they say is missing. */
  readonly brokenClocks: number;
  /** Legs of arms the policy's experiment does not have. */
  readonly otherArms: number;
}

const NONE = 'expected trials in lines of JSON';
const MOST_PROBLEMS = 20;
const MOST_ARMS_NAMED = 5;
/** Beyond it the lines are of no one experiment. */
const MOST_RUNS = 1000;

/**
 * Decides on trials in lines of JSON as production would, without a queue or a ledger: they are scored, put in the order of their
 * start, closed slice by slice, and decided on. What it says is of the pairs alone; states that were stored before are not in it.
 *
 * @throws ConfigurationError for a line that cannot be read, unless that is allowed, for no trial of a candidate at all, and for pairs of
 * several runs; NotFoundError for a run that no line names
 */
export async function replay(chunks: AsyncIterable<Uint8Array>, options: ReplayOptions): Promise<ReplayReport> {
  const rows = new SortedRows(options.sorting);
  const mixed = options.shuffle === null ? null : new ShuffledRows(options.shuffle, options.sorting);
  try {
    const intake = new Intake(options, (row) => (mixed ?? rows).add(row));
    for await (const line of readLines(chunks)) intake.add(line);
    for (const row of mixed?.shuffled() ?? []) rows.add(row);
    mixed?.close();
    checkSome(intake, options);
    const run = chosenRun(intake.runs, options);
    const { lines: ofRun, smallest, judged, labelled } = intake.runs.get(run) ?? noLines();
    const settings = closingSettings(options, smallest);
    const closed = closeAll(chunksOf(rows.sorted(), run), settings, options.shards);
    const otherArms = [...intake.armsNotTaken].toSorted();
    const reading = { run, unreadable: intake.unreadable, otherArms, judged, labelled };
    const candidates = replayedStandings(options, closed, reading);
    if (candidates.length === 0) {
      throw new ConfigurationError(options.source, [`${NONE}: none of run ${run} has a leg of a candidate`]);
    }
    return {
      run,
      lines: {
        read: intake.read,
        unreadable: intake.unreadable,
        repeated: closed.counts.repeated,
        otherRuns: intake.read - ofRun,
        brokenClocks: intake.brokenClocks,
        otherArms: intake.otherArms,
      },
      problems: intake.problems,
      otherArms,
      leastPi: { ofPairs: smallest, declared: settings.piMin },
      candidates,
    };
  } finally {
    mixed?.close();
    rows.close();
  }
}

/** What names one run: how many lines, and their smallest probability of inclusion. */
interface RunLines {
  readonly lines: number;
  readonly smallest: number;
  /** Arms with a judgement, and with a person's answer. */
  readonly judged: Set<string>;
  readonly labelled: Set<string>;
}

const noLines = (): RunLines => ({ lines: 0, smallest: 1, judged: new Set(), labelled: new Set() });

/** Lines on their way into rows. */
class Intake {
  read = 0;
  unreadable = 0;
  brokenClocks = 0;
  otherArms = 0;
  readonly problems: { readonly line: number; readonly problem: string }[] = [];
  readonly runs = new Map<string, RunLines>();
  readonly armsNotTaken = new Set<string>();
  readonly #options: ReplayOptions;
  readonly #keep: (row: Row) => void;
  readonly #parse: (text: string) => { readonly trial: Trial; readonly given: Given };

  constructor(options: ReplayOptions, keep: (row: Row) => void) {
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

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isDeclared({ candidates }: RunDefinition, arm: string): boolean {
  return Object.hasOwn(candidates, arm);
}

/** Without a trial nobody knows what was to be decided on. */
function checkSome({ read, unreadable, problems }: Intake, { source }: ReplayOptions): void {
  if (read > 0) return;
  const [first] = problems;
  const why =
    first === undefined ? 'there is none' : `none of ${unreadable} can be read (line ${first.line}: ${first.problem})`;
  throw new ConfigurationError(source, [`${NONE}: ${why}`]);
}

/** Pairs of two runs were gathered under two policies: together they are evidence for neither. */
function chosenRun(runs: ReadonlyMap<string, RunLines>, { run, pairsOf, source }: ReplayOptions): string {
  const most = [...runs].toSorted(([a, one], [b, other]) => other.lines - one.lines || (a < b ? -1 : 1)).slice(0, 5);
  const named = most.map(([id, { lines }]) => `${id}: ${lines} ${lines === 1 ? 'line' : 'lines'}`).join(', ');
  if (pairsOf !== null) {
    if (runs.has(pairsOf)) return pairsOf;
    throw new NotFoundError(`${source}: no pair is of run ${pairsOf}; there are: ${named || 'none'}`);
  }
  if (runs.has(run.id)) return run.id;
  const [first] = runs.keys();
  if (runs.size === 1 && first !== undefined) return first;
  throw new ConfigurationError(source, [
    `the pairs are of ${runs.size} runs, and none is the policy's (${run.id}): choose one with --run (${named})`,
  ]);
}
