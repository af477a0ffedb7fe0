/**
 * Times are epoch milliseconds, slices are floor(time / length). What comes from people or models is `json` or `bytea`, which
 * take any text; `json` keeps escapes as they are.
 */
export const sql = `
create table understudy.runs (
  run text primary key,
  experiment text not null,
  definition json not null,
  slice_ms bigint not null,
  deadline_ms bigint not null,
  k integer not null,
  registered_at bigint not null,
  unique (experiment, k)
);

-- The last slice up to which a metric is closed: 'evidence' for all that is known at once.
create table understudy.closed (
  run text not null references understudy.runs,
  metric text not null,
  through bigint not null,
  -- The first slice that was closed, and how many were, by reason.
  first bigint,
  complete bigint not null default 0,
  deadline bigint not null default 0,
  primary key (run, metric)
);

create table understudy.producers (
  producer text primary key,
  started_at bigint not null,
  last_seen bigint not null,
  last_sent_at bigint not null,
  last_seq bigint not null,
  contiguous bigint not null,
  watermark bigint,
  final_seq bigint
);

-- Batches past the first gap in a producer's sequence.
create table understudy.batches (
  producer text not null,
  seq bigint not null,
  watermark bigint,
  stored_at bigint not null,
  primary key (producer, seq)
);

create table understudy.producer_runs (
  producer text not null,
  run text not null,
  -- The last of its slices whose counts are gone, and whether its sums are with those of the other silent producers.
  compacted bigint not null default -1,
  merged boolean not null default false,
  primary key (run, producer)
);

create table understudy.slice_counts (
  run text not null,
  slice bigint not null,
  producer text not null,
  segment text not null,
  arm text not null,
  pi double precision not null,
  eligible bigint not null,
  sampled bigint not null,
  skipped json not null,
  admitted bigint not null,
  published bigint not null,
  dropped json not null,
  dropped_total bigint not null,
  final boolean not null,
  seq bigint not null,
  stored_at bigint not null,
  primary key (run, slice, producer, segment, arm, pi)
);

create table understudy.pairs (
  pair uuid primary key,
  call uuid not null,
  run text not null,
  arm text not null,
  producer text not null,
  slice bigint not null,
  segment text not null,
  cluster text not null,
  pi double precision not null,
  late boolean not null,
  primary_status text not null,
  shadow_status text not null,
  numbers json not null,
  content bytea not null,
  stored_at bigint not null
);
create index pairs_by_slice on understudy.pairs (run, slice);
create index pairs_by_call on understudy.pairs (run, arm, call);

-- How many of the pairs there are, so that nobody has to count them: written with them, by producer, so without contention.
create table understudy.pair_counts (
  run text not null,
  slice bigint not null,
  producer text not null,
  segment text not null,
  arm text not null,
  pi double precision not null,
  late boolean not null,
  primary_status text not null,
  shadow_status text not null,
  pairs bigint not null,
  stored_at bigint not null,
  primary key (run, slice, producer, segment, arm, pi, late, primary_status, shadow_status)
);

-- The funnel of the closed slices, so that a reader adds up the open ones only. Without a producer: of those long silent.
create table understudy.leg_sums (
  run text not null,
  producer text not null,
  arm text not null,
  segment text not null,
  kind text not null,
  name text not null,
  legs bigint not null,
  primary key (run, arm, segment, kind, name, producer)
);

create table understudy.clusters (
  run text not null,
  arm text not null,
  key text not null,
  call uuid not null,
  slice bigint not null,
  primary key (run, arm, key)
);

create table understudy.thresholds (
  run text not null,
  stream text not null,
  metric text not null,
  value double precision not null,
  from_slice bigint not null,
  primary key (run, stream, metric)
);

-- Latencies of closed slices, until the thresholds that wait for them are frozen.
create table understudy.latencies (
  run text not null,
  stream text not null,
  measure text not null,
  slice bigint not null,
  latencies double precision[] not null,
  primary key (run, stream, measure, slice)
);

create table understudy.slices (
  run text not null,
  slice bigint not null,
  reason text not null,
  stored bigint not null,
  evidence bigint not null,
  missing bigint not null,
  refused bigint not null,
  closed_at bigint not null,
  primary key (run, slice)
);

create table understudy.tallies (
  run text not null,
  slice bigint not null,
  arm text not null,
  stream text not null,
  metric text not null,
  bytes bytea not null,
  primary key (run, slice, arm, stream, metric)
);

-- The sum of the tallies of all closed slices, written with them: a reader need not add up, and old tallies may go.
create table understudy.totals (
  run text not null,
  arm text not null,
  stream text not null,
  metric text not null,
  through bigint not null,
  bytes bytea not null,
  primary key (run, arm, stream, metric)
);

create table understudy.transitions (
  run text not null,
  arm text not null,
  state text not null,
  stream text not null,
  sentence text not null,
  pairs bigint not null,
  at bigint not null,
  primary key (run, arm, state)
);

create table understudy.rejected (
  key text primary key,
  job text not null,
  code text not null,
  message text not null,
  producer text,
  seq bigint,
  run text,
  arm text,
  legs bigint,
  data bytea,
  at bigint not null
);
create index rejected_by_time on understudy.rejected (at);

-- How many of them there are.
create table understudy.rejected_counts (
  code text primary key,
  items bigint not null
);

create table understudy.lease (
  name text primary key,
  holder text not null,
  expires_at bigint not null
);
`;
