import { ConfigurationError, NotFoundError } from '../errors.js';
import { chunksOf } from './chunks.js';
import { closeAll } from './close.js';
import { Intake, type IntakeOptions, noLines, type RunLines } from './intake.js';
import { readLines } from './read-lines.js';
import { closingSettings, type ReplaySettings } from './settings.js';
import { ShuffledRows } from './shuffled.js';
import { SortedRows, type SortingOptions } from './sorted-rows.js';
import { type Replayed, replayedStandings } from './standings.js';

export interface ReplayOptions extends IntakeOptions, ReplaySettings {
  /** The run whose pairs count, where the lines name several; null: there may be only one, or the policy's own is taken. */
  readonly pairsOf: string | null;
  /** Reads the pairs in an order of this seed; null: in theirs. */
  readonly shuffle: number | null;
  /** Parts with tallies of their own. */
  readonly shards: number;
  readonly sorting?: SortingOptions;
}

/** What a replay says. Whatever the order of the lines and the number of shards, it is the same. */
export interface ReplayReport {
  /** The run the pairs name. */
  readonly run: string;
  readonly lines: LineCounts;
  /** The first lines that cannot be read. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
  /** The arms the policy's experiment does not have, in order of name: the first five. */
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
