/**
 * The funnel every call goes down, and the one table that says where each loss leaves it.
 *
 * `called -> eligible -> sampled -> admitted -> answered -> paired -> stored -> scored -> judged`
 */
export const STAGES: readonly Stage[] = [
  'called',
  'eligible',
  'sampled',
  'admitted',
  'answered',
  'paired',
  'stored',
  'scored',
  'judged',
];

export type Stage =
  | 'called'
  | 'eligible'
  | 'sampled'
  | 'admitted'
  | 'answered'
  | 'paired'
  | 'stored'
  | 'scored'
  | 'judged';

/**
 * `outside`: not a part of what is compared. `coverage`: refused before admission, so nothing is owed for it. `missing`: admitted, and without evidence.
 */
export type LossKind = 'outside' | 'coverage' | 'missing';

/** Where a reason for a loss belongs. */
export interface Loss {
  /** The last stage the call reached. */
  readonly after: Stage;
  readonly kind: LossKind;
  readonly meaning: string;
}

export type DropReason =
  | 'untapped'
  | 'not_matched'
  | 'unsupported'
  | 'resend'
  | 'unparsable'
  | 'disabled'
  | 'covered'
  | 'spent'
  | 'not_sampled'
  | 'not_announced'
  | 'not_recording'
  | 'below_pi_min'
  | 'repeat'
  | 'untranslatable'
  | 'disallowed_feature'
  | 'paused_primary'
  | 'paused_rate_limit'
  | 'paused_event_loop'
  | 'paused_busy'
  | 'paused_heap'
  | 'paused_publishing'
  | 'concurrency_cap'
  | 'budget'
  | 'unpriced'
  | 'memory_cap'
  | 'backlog_full'
  | 'shutting_down'
  | 'leg_deadline'
  | 'leg_broken'
  | 'leg_too_large'
  | 'leg_memory_cap'
  | 'leg_held_up'
  | 'shutdown'
  | 'primary_unresolved'
  | 'primary_too_large'
  | 'redaction_failed'
  | 'ring_full'
  | 'too_large';

/** Each reason for a loss belongs to exactly one transition of the funnel. */
export const DROP_REASONS: Readonly<Record<DropReason, Loss>> = {
  untapped: {
    after: 'called',
    kind: 'outside',
    meaning: 'its client was made before the tap: nothing but the call is seen',
  },
  not_matched: { after: 'called', kind: 'outside', meaning: 'no experiment matches the call' },
  unsupported: { after: 'called', kind: 'outside', meaning: 'the operation is seen but never shadowed' },
  resend: { after: 'called', kind: 'outside', meaning: 'an SDK retry of a call already seen' },
  unparsable: { after: 'called', kind: 'outside', meaning: 'the request body could not be read' },
  disabled: { after: 'called', kind: 'outside', meaning: 'the experiment is switched off or outside its window' },
  covered: { after: 'called', kind: 'outside', meaning: 'the target is reached, and shadowing has stopped' },
  spent: { after: 'called', kind: 'outside', meaning: 'the budget is used up, and shadowing has stopped' },

  not_sampled: { after: 'eligible', kind: 'outside', meaning: 'the sampler did not draw it' },

  not_announced: { after: 'sampled', kind: 'coverage', meaning: 'the run is not yet acknowledged by the queue' },
  not_recording: { after: 'sampled', kind: 'outside', meaning: "the primary's span is not recorded" },
  below_pi_min: {
    after: 'sampled',
    kind: 'coverage',
    meaning: 'its probability of inclusion is below the declared minimum',
  },
  repeat: { after: 'sampled', kind: 'outside', meaning: 'a call of its cluster key has been admitted already' },
  untranslatable: { after: 'sampled', kind: 'coverage', meaning: "the candidate's request could not be made from it" },
  disallowed_feature: { after: 'sampled', kind: 'coverage', meaning: 'it uses a stateful or server-side feature' },
  paused_primary: { after: 'sampled', kind: 'coverage', meaning: "the primary's provider was overloaded or failing" },
  paused_rate_limit: {
    after: 'sampled',
    kind: 'coverage',
    meaning: 'little was left of a rate limit that both roles share',
  },
  paused_event_loop: { after: 'sampled', kind: 'coverage', meaning: "the host's event loop was late" },
  paused_busy: { after: 'sampled', kind: 'coverage', meaning: "the host's event loop had no time to spare for it" },
  paused_heap: { after: 'sampled', kind: 'coverage', meaning: "the host's heap was nearly full" },
  paused_publishing: { after: 'sampled', kind: 'coverage', meaning: 'trials waited long for the queue' },
  concurrency_cap: { after: 'sampled', kind: 'coverage', meaning: 'too many shadows are in flight' },
  budget: {
    after: 'sampled',
    kind: 'coverage',
    meaning: 'no money is leased for it: others hold it, it is too dear for what is left, or the store is away',
  },
  unpriced: { after: 'sampled', kind: 'coverage', meaning: 'there is a budget, and no price is known for its model' },
  memory_cap: { after: 'sampled', kind: 'coverage', meaning: 'the ring of unpublished trials is full' },
  backlog_full: {
    after: 'sampled',
    kind: 'coverage',
    meaning:
      'the queue holds as much as it may, since the evaluator is behind, and the ring of unpublished trials is full',
  },
  shutting_down: { after: 'sampled', kind: 'coverage', meaning: 'the service is stopping' },

  leg_deadline: { after: 'admitted', kind: 'missing', meaning: 'the leg had no outcome by its deadline' },
  leg_broken: { after: 'admitted', kind: 'missing', meaning: 'an internal error of Understudy ended the leg' },
  leg_too_large: {
    after: 'admitted',
    kind: 'missing',
    meaning: "the shadow's answer is longer than `shadow.maxBytes` allows, or has more structure than is read",
  },
  leg_memory_cap: {
    after: 'admitted',
    kind: 'missing',
    meaning: 'unfinished answers of all shadows of the process held as much memory as they may',
  },
  leg_held_up: {
    after: 'admitted',
    kind: 'missing',
    meaning: "the answer came faster than it was read, so its time is not its candidate's",
  },
  shutdown: { after: 'admitted', kind: 'missing', meaning: 'the service stopped before the leg had an outcome' },

  primary_unresolved: { after: 'answered', kind: 'missing', meaning: 'the primary had no outcome by its deadline' },
  primary_too_large: {
    after: 'answered',
    kind: 'missing',
    meaning: "the primary's answer is longer than `shadow.maxBytes` allows, or has more structure than is read",
  },

  redaction_failed: {
    after: 'paired',
    kind: 'missing',
    meaning: 'its texts could not be redacted, or took too long: nothing of it leaves the service',
  },
  ring_full: {
    after: 'paired',
    kind: 'missing',
    meaning: 'the queue was away, slow or full, and there was no place left to wait for it',
  },
  too_large: { after: 'paired', kind: 'missing', meaning: 'one trial is larger than a batch may be' },
};
