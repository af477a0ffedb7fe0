/** What may have been paid for in vain. */
export const sql = `
-- Tries that failed and may have been charged for all the same: few of them, and the pair abstains.
alter table understudy.judgements add column failed integer not null default 0;
`;
