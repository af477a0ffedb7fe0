/** What bounds a run's shadowing, and what people have set for an experiment. */
export const sql = `
-- As the youngest service has it that announced the run.
create table understudy.bounds (
  run text primary key,
  announced_at bigint not null,
  data json not null
);

-- The last state of the queue's store that was seen: what it is set to again where the store has lost it.
create table understudy.controls (
  experiment text primary key,
  data json not null
);
`;
