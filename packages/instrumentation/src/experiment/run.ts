import { createHash } from 'node:crypto';
import type { RunId } from '../trial/trial.js';
import { canonicalJson } from './canonical-json.js';
import type { Experiment, Run, RunDefinition } from './definition.js';
import { embeddingsDefinition } from './resolve-embeddings.js';
import { judgeDefinition } from './resolve-judging.js';

/** The part of an experiment that decides. Not in it: sample rate, content, and how shadows are sent and shown (`shadow`). */
export function runDefinition(experiment: Experiment): RunDefinition {
  const { candidates, match, segments, cluster, judge, policy, slice, piMin, noise, redaction, embeddings } =
    experiment;
  const definition = {
    candidates,
    match,
    segments,
    cluster,
    judge: judgeDefinition(judge),
    policy,
    slice,
    piMin,
    noise,
    // Absent where there are none: the run stays the one it was.
    ...(embeddings !== null && { embeddings: embeddingsDefinition(embeddings) }),
  };
  return redaction.version === null ? definition : { ...definition, redaction };
}

/**
 * The first 16 hex digits of the SHA-256 of the canonical JSON of the definition and the experiment's name: the same comparison
 * under two names is two runs, each with its own evidence.
 */
export function runId(experiment: string, definition: RunDefinition): RunId {
  return createHash('sha256')
    .update(canonicalJson({ ...definition, experiment }))
    .digest('hex')
    .slice(0, 16) as RunId;
}

/** The run an experiment is, as it would be announced. */
export function runOf(experiment: Experiment): Run {
  const definition = runDefinition(experiment);
  return { id: runId(experiment.name, definition), experiment: experiment.name, definition };
}
