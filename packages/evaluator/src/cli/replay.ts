import { createReadStream, readFileSync } from 'node:fs';
import { ConfigurationError, messageOf, NotFoundError } from '../errors.js';
import { createNoting } from '../evaluator/noting.js';
import { readPolicy } from '../replay/policy-file.js';
import { replay, type ReplayReport } from '../replay/replay.js';
import type { Replayed } from '../replay/standings.js';
import { loadDetector } from '../score/detector.js';
import { scorersWith } from '../score/registry.js';
import { exitOfState } from './exit-codes.js';
import { renderReplay, replayJson } from './render-replay.js';
import { count } from './style.js';
import { jsonText, type Output } from './terminal.js';

export interface ReplayCommandOptions {
  readonly policy?: string | undefined;
  readonly experiment?: string | undefined;
  readonly arm?: string | undefined;
  readonly run?: string | undefined;
  readonly by?: string | undefined;
  readonly sensitivity?: number | undefined;
  readonly declared?: boolean | undefined;
  readonly lenient?: boolean | undefined;
  readonly shuffle?: number | undefined;
  readonly shards?: number | undefined;
  readonly json?: boolean | undefined;
  readonly acceptProvisional?: boolean | undefined;
}

const LINES_A_MESSAGE = 1000;

/** `understudy replay`: the verdict on trials in lines of JSON, as text or JSON, and as the exit code. */
export async function replayCommand(file: string, options: ReplayCommandOptions, output: Output): Promise<number> {
  const { run, named, bounds } = policyOf(options);
  const detect = await loadDetector();
  // Answers are told apart by hashes that mean nothing elsewhere.
  const noLedger = { drawKey: () => Promise.resolve('replay'), boundsOf: () => Promise.resolve(bounds) };
  const noting = await createNoting(noLedger, detect).of({ ...run, k: 1, registeredAt: 0 });
  const report = await replay(input(file), {
    run,
    named,
    sensitivity: options.sensitivity ?? null,
    declared: options.declared === true,
    source: file === '-' ? 'the standard input' : file,
    scorers: scorersWith(detect),
    noting: noting.options,
    priceOf: noting.priceOf,
    now: Date.now(),
    pairsOf: options.run ?? null,
    lenient: options.lenient === true,
    shuffle: options.shuffle ?? null,
    shards: options.shards ?? 1,
    onProgress: (lines) => {
      if (lines % LINES_A_MESSAGE === 0) output.progress(`${count(lines)} lines`);
    },
  });
  output.progress('');
  const candidate = choose(report, options.arm);
  const bySegment = options.by === 'segment';
  output.out(
    options.json === true
      ? jsonText(replayJson(report, candidate, { bySegment }))
      : renderReplay(report, candidate, { bySegment }, output.style).join('\n'),
  );
  const { state } = candidate.standing.verdict;
  return exitOfState(state, { acceptProvisional: options.acceptProvisional === true });
}

function policyOf({ policy, experiment }: ReplayCommandOptions): ReturnType<typeof readPolicy> {
  if (policy === undefined) {
    if (experiment === undefined) return readPolicy(null, 'the defaults', null);
    throw new ConfigurationError('replay', ['--experiment: expected --policy beside it, which has the experiment']);
  }
  let text: string;
  try {
    text = readFileSync(policy, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(policy, ['--policy: expected a file that can be read'], { cause });
  }
  return readPolicy(text, policy, experiment ?? null);
}

async function* input(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  const stream: AsyncIterable<Uint8Array> = file === '-' ? process.stdin : createReadStream(file);
  try {
    yield* stream;
  } catch (cause) {
    throw new ConfigurationError(file, [`expected a file that can be read: ${messageOf(cause)}`], { cause });
  }
}

function choose({ candidates }: ReplayReport, arm: string | undefined): Replayed {
  const meant = candidates.filter(({ standing }) => arm === undefined || standing.arm === arm);
  const [first] = meant;
  if (first !== undefined && meant.length === 1) return first;
  const known = candidates.map(({ standing }) => standing.arm).join(', ');
  throw new NotFoundError(
    `${meant.length === 0 ? 'there is no such candidate' : 'several candidates are meant'}; there are: --arm ${known}`,
  );
}
