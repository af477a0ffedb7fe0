/** Experiments that are done with. */
export const sql = `
-- Epoch ms at which a run was left out of what is shown, or null where it is shown.
alter table understudy.runs add column retired_at bigint;
`;
