import { type SegmentState, segmentStates } from '../decide/segment-states.js';
import type { Standing } from '../decide/standing.js';
import type { SetupFault } from '../decide/verdict.js';
import { type Result, resultOf } from './result.js';

/** What a request is answered from. */
export interface Known {
  /** At the last look; null: the ledger cannot be read now. */
  readonly standings: readonly Standing[] | null;
  /** Epoch ms of that look, or now without one. */
  readonly at: number;
  /** Candidates by experiment, as the configuration names them. */
  readonly declared: Readonly<Record<string, readonly string[]>>;
  readonly acceptProvisional: boolean;
}

/** JSON, with the status it has where nothing else is asked. */
export type Answer =
  | { readonly status: 200; readonly body: VerdictBody }
  | { readonly status: 400 | 404; readonly body: RefusedBody };

export interface VerdictBody {
  readonly v: 1;
  readonly result: Result;
  readonly experiment: string | null;
  readonly candidate: string | null;
  /** Null, as the next five: there is no run yet, or none can be read. */
  readonly run: string | null;
  readonly k: number | null;
  readonly state: string | null;
  readonly pairs: number | null;
  readonly remaining: { readonly low: number; readonly high: number } | null;
  readonly reason: string;
  readonly sentence: string;
  /** The critical segments and where they stand, then others that do worse and hold the verdict. */
  readonly segments: readonly SegmentState[];
  /** What was lately seen to be set up wrong for it. */
  readonly setup: readonly SetupFault[];
  /** ISO 8601. */
  readonly at: string;
}

export interface RefusedBody {
  readonly error: string;
  readonly message: string;
  /** Names that could have been asked for, at most {@link MOST_NAMED}. */
  readonly known: readonly string[];
}

const MOST_NAMED = 20;
const PARAMETERS = ['experiment', 'candidate'] as const;

/** Answers a query: it picks one known candidate, and chooses nothing else. Pure. */
export function answerOf(query: URLSearchParams, known: Known): Answer {
  const odd = [...query.keys()].filter((key) => !PARAMETERS.some((one) => one === key));
  const twice = PARAMETERS.filter((key) => query.getAll(key).length > 1);
  const [wrong] = [...odd, ...twice];
  if (wrong !== undefined) {
    const got = `${quoted(wrong)}${odd.length === 0 ? ' twice' : ''}`;
    return refused(
      400,
      'bad_query',
      `expected \`experiment\` and \`candidate\`, each at most once, got ${got}`,
      PARAMETERS,
    );
  }

  const candidates = candidatesOf(known);
  const experiment = pick(query.get('experiment'), [...candidates.keys()]);
  if (known.standings === null) return unavailable(query, known);
  if (experiment === 'none' && !query.has('experiment')) return nothing(null, query.get('candidate'), known);
  if (typeof experiment === 'string') return notOne('experiment', experiment, query, [...candidates.keys()]);

  const names = [...(candidates.get(experiment.name) ?? [])];
  const candidate = pick(query.get('candidate'), names);
  if (typeof candidate === 'string') return notOne('candidate', candidate, query, names);
  const standing = known.standings.find(
    ({ current, run, arm }) => current && run.experiment === experiment.name && arm === candidate.name,
  );
  return standing === undefined ? nothing(experiment.name, candidate.name, known) : stated(standing, known);
}

function candidatesOf({ standings, declared }: Known): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (experiment: string, names: readonly string[]): void => {
    const all = found.get(experiment) ?? new Set();
    for (const name of names) all.add(name);
    found.set(experiment, all);
  };
  for (const [experiment, names] of Object.entries(declared)) add(experiment, names);
  for (const { current, run, arm } of standings ?? []) {
    if (current) add(run.experiment, [arm, ...Object.keys(run.definition.candidates)]);
  }
  return found;
}

/** The one of `names` that is meant: the named one, or the only one. */
function pick(asked: string | null, names: readonly string[]): { readonly name: string } | 'none' | 'several' {
  const meant = asked === null ? names : names.filter((name) => name === asked);
  const [first] = meant;
  if (first === undefined) return 'none';
  return meant.length === 1 ? { name: first } : 'several';
}

function stated({ run, arm, verdict, state: { transitions } }: Standing, { at, acceptProvisional }: Known): Answer {
  const { state, reason, sentence, pairs, remaining, setup } = verdict;
  return {
    status: 200,
    body: {
      v: 1,
      result: resultOf(state, { acceptProvisional }),
      experiment: run.experiment,
      candidate: arm,
      run: run.id,
      k: run.k,
      state,
      pairs,
      remaining,
      reason,
      sentence,
      segments: segmentStates({ verdict, transitions }),
      setup,
      at: new Date(at).toISOString(),
    },
  };
}

function nothing(experiment: string | null, candidate: string | null, known: Known): Answer {
  return inconclusive(experiment, candidate, known, {
    reason: 'no_data',
    sentence: 'no run of it is known yet: a service announces its run before its first shadow',
  });
}

function unavailable(query: URLSearchParams, known: Known): Answer {
  return inconclusive(query.get('experiment'), query.get('candidate'), known, {
    reason: 'unavailable',
    sentence: 'the ledger cannot be read now',
  });
}

function inconclusive(
  experiment: string | null,
  candidate: string | null,
  { at }: Known,
  why: { readonly reason: string; readonly sentence: string },
): Answer {
  const none = { run: null, k: null, state: null, pairs: null, remaining: null };
  const body = {
    v: 1,
    result: 'inconclusive',
    experiment,
    candidate,
    ...none,
    ...why,
    segments: [],
    setup: [],
  } as const;
  return { status: 200, body: { ...body, at: new Date(at).toISOString() } };
}

function notOne(
  what: (typeof PARAMETERS)[number],
  why: 'none' | 'several',
  query: URLSearchParams,
  names: readonly string[],
): Answer {
  if (why === 'several') return refused(400, `${what}_needed`, `several are known: name one by \`${what}\``, names);
  return refused(404, `unknown_${what}`, `there is no ${what} ${quoted(query.get(what) ?? '')}`, names);
}

/** What others wrote, on one line and no longer than any name of ours. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

function refused(status: 400 | 404, error: string, message: string, known: readonly string[]): Answer {
  return { status, body: { error, message, known: known.slice(0, MOST_NAMED) } };
}
