/** What may have been paid for in vain, and what waits for a judge that nobody could name. */
export const sql = `
-- Tries that failed and may have been charged for all the same: few of them, and the pair abstains.
alter table understudy.judgements add column failed integer not null default 0;
-- The judge is '' where a pair was drawn before anybody could name it: it is the run's main judge, once there is one.
create index judgements_without_judge on understudy.judgements (run) where judge = '';
`;
