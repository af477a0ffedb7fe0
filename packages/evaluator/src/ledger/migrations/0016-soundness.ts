/** What tells whether a sample is sound. */
export const sql = `
-- What producers drew, with which probability: distinct traces or keys, since each began. Gone with the sums of one that has long been silent.
create table understudy.draws (
  run text not null,
  producer text not null,
  pi double precision not null,
  draws bigint not null,
  drawn bigint not null,
  seq bigint not null,
  primary key (run, producer, pi)
);

-- The order in which producers have named a run: a later one needs more to be believed.
alter table understudy.producer_runs add column number bigint generated always as identity;

-- Legs of the closed slices by the hour of the day (UTC), as they were counted when they were closed.
create table understudy.hour_sums (
  run text not null,
  arm text not null,
  hour integer not null,
  kind text not null,
  name text not null,
  legs bigint not null,
  primary key (run, arm, hour, kind, name)
);

-- Why a state holds from now on. Null: as it was when there was one reason for each.
alter table understudy.transitions add column reason text;
`;
