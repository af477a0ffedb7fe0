/**
 * What judges and people say of pairs. A judgement's `pi` is the pair's with the probability that it is judged; without that of a label.
 * What models and people wrote is in `detail`, `result` and `state` only.
 */
export const sql = `
-- Drawn for judging. 'known': a tie without a call. A row that is 'waiting' has a job on the queue, or gets one again.
create table understudy.judgements (
  pair uuid not null,
  judge text not null,
  run text not null,
  arm text not null,
  slice bigint not null,
  segment text not null,
  pi double precision not null,
  status text not null,
  -- Of the shadow: 0, .5, 1, or null without a judgement.
  score double precision,
  detail json,
  drawn_at bigint not null,
  settled_at bigint,
  primary key (pair, judge)
);
create index judgements_by_slice on understudy.judgements (run, slice);
create index judgements_waiting on understudy.judgements (drawn_at) where status = 'waiting';
create index judgements_with_detail on understudy.judgements (settled_at) where detail is not null;

-- Orders that were paid for. The pair is whose texts they were asked about: of a canary, the one it was made of.
create table understudy.judge_orders (
  key text primary key,
  pair uuid,
  result json not null,
  stored_at bigint not null
);
create index judge_orders_by_pair on understudy.judge_orders (pair);
create index judge_orders_by_time on understudy.judge_orders (stored_at);

-- A judge on trial in a run. 'sensitivity' is fixed before the first judgement, 'unfit' for the rest of the run.
create table understudy.judge_state (
  run text not null,
  judge text not null,
  health json not null,
  sensitivity double precision,
  boundary json,
  unfit text,
  primary key (run, judge)
);

-- What an arm's outputs look like side by side, in parts that merge.
create table understudy.arm_guards (
  run text not null,
  arm text not null,
  segment text not null,
  period bigint not null,
  state json not null,
  primary key (run, arm, segment, period)
);

-- Pairs offered to people. An offer without an answer has neither an answer nor an abstention.
create table understudy.labels (
  pair uuid primary key,
  run text not null,
  arm text not null,
  slice bigint not null,
  segment text not null,
  offered_at bigint not null,
  deadline bigint not null,
  answer double precision,
  answered_at bigint,
  abstained boolean not null default false
);
create index labels_by_slice on understudy.labels (run, slice);
`;
