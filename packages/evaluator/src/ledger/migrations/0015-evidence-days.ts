/** What a candidate that gets worse is seen by. */
export const sql = `
-- The evidence of a day of a run in its overall stream, by candidate and gate: of its first day, and of as many of the last ones as tests begin on.
create table understudy.evidence_days (
  run text not null,
  arm text not null,
  metric text not null,
  day bigint not null,
  bytes bytea not null,
  primary key (run, arm, metric, day)
);
`;
