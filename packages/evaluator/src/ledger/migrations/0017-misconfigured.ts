/** What services and evaluators have seen of how they are set up. */
export const sql = `
-- Occurrences over all processes, by cause. The experiment is empty where it concerns a process as a whole.
create table understudy.misconfigured (
  cause text not null,
  experiment text not null,
  occurrences bigint not null,
  found text not null,
  first_at bigint not null,
  last_at bigint not null,
  primary key (cause, experiment)
);
`;
