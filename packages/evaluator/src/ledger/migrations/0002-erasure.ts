/** What content is found by: whose it is, and how old. A pair whose content is gone keeps its numbers, which evidence is made of. */
export const sql = `
alter table understudy.pairs alter column content drop not null;
alter table understudy.pairs add column subject text;
create index pairs_by_subject on understudy.pairs (subject) where subject is not null;
create index pairs_with_content on understudy.pairs (stored_at) where content is not null or subject is not null;
create index rejected_with_data on understudy.rejected (at) where data is not null;
`;
