import { randomBytes } from 'node:crypto';
import type { Call } from '../capture/call.js';
import type { Experiment, Run } from '../experiment/definition.js';
import { AA_ARM, SEGMENT_NONE } from '../trial/trial.js';
import { type CallRules, type CallView, viewOf } from './call-view.js';
import { drawAndMark, drawOf, isDrawn } from './draw.js';
import { createFirstDraws } from './first-draws.js';
import { compilePattern } from './match.js';
import { createPace } from './pace.js';
import { createProbability } from './probability.js';
import { createSampleKey } from './sample-key.js';
import { createSegmenter } from './segment.js';
import { type Terms, termsOf } from './terms.js';

/** Why a call is not one an experiment is about, or was not drawn. */
export type Decision =
  | {
      readonly status: 'outside';
      readonly reason: 'not_matched' | 'unsupported' | 'resend' | 'unparsable' | 'disabled' | 'covered' | 'spent';
    }
  | { readonly status: 'not_sampled'; readonly segment: string; readonly pi: number; readonly first: boolean }
  | Sampled;

/** A call that was drawn. `refused`: its reason for not being admitted; otherwise it may be. */
export interface Sampled {
  readonly status: 'sampled';
  readonly refused: 'not_recording' | 'below_pi_min' | null;
  readonly segment: string;
  /**
   * The probability of inclusion, as the trial will carry it. A call whose own is below `piMin` is drawn at `piMin` and refused: what a
   * rule leaves out is a part of the traffic, and coverage has to show how large.
   */
  readonly pi: number;
  /** No call before it was drawn by the same trace or key, and it is one of those that are held against their probability. */
  readonly first: boolean;
  /** Every candidate, and `aa` where it was drawn. */
  readonly arms: readonly string[];
  readonly view: CallView;
}

/**
 * Decides once per call. `callId` is the source of the A/A draw, which must not depend on the sampling draw. `salt` is shared by all
 * producers; null before it is known, when nothing can be admitted and the draw only counts.
 */
export type Decide = (call: Call, callId: string, salt: Uint8Array | null) => Decision;

/** What the decisions of one experiment depend on. */
export interface Subject {
  readonly experiment: Experiment;
  readonly run: Run;
  readonly rules: CallRules;
  /** The terms at each call. Default: always those of the configuration. */
  readonly terms?: () => Terms;
  /** The share of its declared probability that a call keeps, so that a budget lasts: a power of two. Default: 1. */
  readonly share?: () => number;
}

/** Makes the decider of one experiment. It keeps the segments and some of the keys it has seen, the last seconds' demand, and no other state. */
export function createDecide({ experiment, run, rules, terms, share }: Subject): Decide {
  const { match, sample, noise, piMin, shadow } = experiment;
  const configured = termsOf(experiment, null, 'open');
  const matchesOperation = compilePattern(match.operation);
  const matchesModel = compilePattern(match.model);
  const { critical } = experiment.segments;
  const places = [...critical, ...sample.rules.flatMap(({ segment }) => segment ?? [])];
  const segmentOf = createSegmenter({ ...experiment.segments, critical: places }, rules.segment);
  const segmented = rules.segment !== undefined || experiment.segments.attribute !== null;
  const candidates = Object.keys(experiment.candidates);
  let drawn = sample;
  let probabilityOf = createProbability(sample);
  const keyOf = createSampleKey(sample, rules.sampleKey);
  const pace = sample.perSecond === null ? null : createPace(sample.perSecond);
  const ownSalt = randomBytes(32);
  const firstDraws = createFirstDraws();

  return (call, callId, shared) => {
    const { startedAt } = call;
    const now = terms?.() ?? configured;
    const { off, window } = now;
    if (off !== null) return { status: 'outside', reason: off };
    const within = window === null || (startedAt >= window.from && startedAt < window.until);
    if (!within) return { status: 'outside', reason: 'disabled' };
    if (!matchesOperation(call.request.operation)) return { status: 'outside', reason: 'not_matched' };
    if (!matchesModel(call.request.model ?? '')) return { status: 'outside', reason: 'not_matched' };
    if (call.wire?.dialect.shadow === null) return { status: 'outside', reason: 'unsupported' };
    if (call.resendCount > 0) return { status: 'outside', reason: 'resend' };

    if (now.sample !== drawn) {
      drawn = now.sample;
      probabilityOf = createProbability(drawn);
    }
    const seen = segmented ? viewOf(call) : null;
    const segment = seen === null ? SEGMENT_NONE : segmentOf(seen);
    const salt = shared ?? ownSalt;
    const declared = probabilityOf(call, segment);
    // Two limits of one thing: the lower one keeps both.
    const kept = Math.min(pace?.next(startedAt, declared) ?? 1, share?.() ?? 1);
    const pi = Math.max(piMin, declared * kept);
    const { draw, mark } = drawAndMark(`sample ${keyOf(call) ?? call.spanReference?.traceId ?? callId}`, salt);
    const first = firstDraws.isFirst(mark);
    if (!isDrawn(draw, pi)) return { status: 'not_sampled', segment, pi, first };

    const noisy = noise.rate > 0 && isDrawn(drawOf(`${AA_ARM} ${run.id} ${callId}`, salt), noise.rate);
    return {
      status: 'sampled',
      refused: declared < piMin ? 'below_pi_min' : shadow.requireRecording && !call.recording ? 'not_recording' : null,
      segment,
      pi,
      first,
      arms: noisy ? [...candidates, AA_ARM] : candidates,
      view: seen ?? viewOf(call),
    };
  };
}
