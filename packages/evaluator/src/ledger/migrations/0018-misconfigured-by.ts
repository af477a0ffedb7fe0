/** Whose process it is that something concerns as a whole: services of several teams may share a ledger. */
export const sql = `
-- The last that was seen of each, where that is known of a producer.
create table understudy.misconfigured_by (
  cause text not null,
  producer text not null,
  found text not null,
  last_at bigint not null,
  primary key (cause, producer)
);
`;
