import { PassThrough } from 'node:stream';
import { replayJson } from '../../packages/evaluator/src/cli/render-replay.js';
import { jsonText } from '../../packages/evaluator/src/cli/terminal.js';
import { exitOfState } from '../../packages/evaluator/src/cli/exit-codes.js';
import { readPolicy } from '../../packages/evaluator/src/replay/policy-file.js';
import { replay, type ReplayOptions, type ReplayReport } from '../../packages/evaluator/src/replay/replay.js';
import { SCORERS } from '../../packages/evaluator/src/score/registry.js';
import type { Verdict } from '../../packages/evaluator/src/decide/verdict.js';
import { START } from './trials.js';

export interface Said {
  readonly report: ReplayReport;
  readonly verdict: Verdict;
  readonly exit: number;
  /** As `--json --by segment` prints it. */
  readonly json: string;
}

/** Those that are looked at here: all of them would say the same, and take longer. */
const SOME: ReadonlySet<string> = new Set(['exact', 'tool_exact', 'tool_arguments']);

/** The run of a policy in YAML: what pairs must name to be tested by it. */
export function runOfPolicy(policy: string): string {
  return readPolicy(policy, 'policy.yaml', null).run.id;
}

/** Replays bytes, or texts, by a policy in YAML. */
export async function replayed(
  input: readonly (string | Uint8Array)[],
  policy: string | null,
  some: Partial<ReplayOptions> = {},
): Promise<Said> {
  const bytes = new PassThrough();
  for (const part of input) bytes.write(part);
  bytes.end();
  const report = await replay(bytes, {
    ...readPolicy(policy, 'policy.yaml', null),
    sensitivity: null,
    declared: false,
    source: 'pairs.jsonl',
    scorers: SCORERS.filter(({ name }) => SOME.has(name)),
    noting: { hashOf: (text) => text.length },
    priceOf: () => null,
    now: START + 30 * 86_400_000,
    pairsOf: null,
    lenient: false,
    shuffle: null,
    shards: 1,
    ...some,
  });
  const [candidate] = report.candidates;
  if (candidate === undefined) throw new Error('a replay has a candidate');
  const { verdict } = candidate.standing;
  return {
    report,
    verdict,
    exit: exitOfState(verdict.state, { acceptProvisional: true }),
    json: jsonText(replayJson(report, candidate, { bySegment: true })),
  };
}
