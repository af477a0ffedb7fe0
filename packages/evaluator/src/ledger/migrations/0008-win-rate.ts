/** What closes after the evidence: judgements and labels of a slice. */
export const sql = `
-- Slices whose evidence is fixed and whose win rate is not closed yet. 'judged': what judges say is, what people say is not.
create table understudy.win_rate_slices (
  run text not null,
  slice bigint not null,
  judged boolean not null default false,
  primary key (run, slice)
);

-- Legs of these slices that were admitted and are not stored: the counts they come from are removed before people have answered.
create table understudy.missing_legs (
  run text not null,
  slice bigint not null,
  arm text not null,
  segment text not null,
  pi double precision not null,
  legs bigint not null,
  primary key (run, slice, arm, segment, pi)
);

-- Arms a guard has found to say the same to everybody: for the rest of the run.
create table understudy.quarantines (
  run text not null,
  arm text not null,
  segment text not null,
  reason text not null,
  at bigint not null,
  primary key (run, arm)
);

create index clusters_by_slice on understudy.clusters (run, slice);
create index labels_open on understudy.labels (offered_at) where answer is null and not abstained;
`;
