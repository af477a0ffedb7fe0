/** What broke may have been quoted in what is said of it: that is found by its age, too, with its data or without. */
export const sql = `
drop index understudy.rejected_with_data;
create index rejected_with_content on understudy.rejected (at) where data is not null or (code = 'broken' and message <> 'erased');
`;
