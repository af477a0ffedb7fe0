/** What an experiment may cost and has cost. */
export const sql = `
-- The last state of the queue's store that was seen: what it is told where the store has lost it.
create table understudy.budgets (
  experiment text primary key,
  data json not null
);
`;
