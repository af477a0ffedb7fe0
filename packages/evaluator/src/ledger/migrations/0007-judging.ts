/**
 * What judges and people say of pairs. A judgement's `pi` is the pair's with the probability that it is judged, without that of a label.
 * What models wrote is in `said` and `result` only, sealed where content is.
 */
export const sql = `
-- Drawn for judging, both legs with an answer. 'waiting', 'judged', 'abstained', or 'known': a tie without a call.
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
  -- Numbers and words of ours: how, reason, confidence, orders.
  detail json,
  said bytea,
  drawn_at bigint not null,
  settled_at bigint,
  -- Of one that waits: not before, not after, and how often it was tried.
  due bigint not null,
  deadline bigint not null,
  tries integer not null default 0,
  primary key (pair, judge)
);
create index judgements_by_slice on understudy.judgements (run, slice);
create index judgements_due on understudy.judgements (due) where status = 'waiting';
create index judgements_overdue on understudy.judgements (deadline) where status = 'waiting';
create index judgements_with_words on understudy.judgements (settled_at) where said is not null;

-- Orders that were paid for. The pair is whose texts they were asked about: of a canary, the one it was made of.
create table understudy.judge_orders (
  key text primary key,
  pair uuid not null,
  result bytea not null,
  stored_at bigint not null
);
create index judge_orders_by_pair on understudy.judge_orders (pair);
create index judge_orders_by_time on understudy.judge_orders (stored_at);

-- A judge on trial in a run. 'main': the run's own, fixed by its first pair. 'sensitivity': fixed before the first judgement. 'unfit': for good.
create table understudy.judge_state (
  run text not null,
  judge text not null,
  main boolean not null default true,
  health json not null,
  sensitivity double precision,
  boundary json,
  unfit text,
  primary key (run, judge)
);
create unique index judge_of_run on understudy.judge_state (run) where main;

-- What an arm's outputs look like side by side, in parts that merge: a period is an hour.
create table understudy.arm_guards (
  run text not null,
  arm text not null,
  segment text not null,
  period bigint not null,
  state json not null,
  primary key (run, arm, segment, period)
);
create index arm_guards_by_time on understudy.arm_guards (period);

-- What judges of an experiment have used in a minute (calls) or an hour (nano-dollars).
create table understudy.judge_pace (
  experiment text not null,
  span text not null,
  starts bigint not null,
  used bigint not null,
  primary key (experiment, span, starts)
);

-- Decides draws, so that nobody outside can tell which pairs are judged.
create table understudy.draw_key (
  one boolean primary key default true check (one),
  key text not null
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
