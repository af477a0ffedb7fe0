/** What the holder of the lease knows of the queue, for those who read the ledger beside it. */
export const sql = `
-- Epoch ms, or null before its first look.
alter table understudy.lease add column handled_through bigint, add column connected_since bigint;
`;
