/** What answers look like, beside what is decided. */
export const sql = `
-- What the primaries of the evidence of a day look like, for as long as the next week is held against it.
create table understudy.answer_days (
  run text not null,
  stream text not null,
  day bigint not null,
  bytes bytea not null,
  primary key (run, stream, day)
);

-- Labels in words, by the hashes that pairs hold: said by people and models, so sealed where content is, and gone with the pair that brought them.
create table understudy.label_names (
  run text not null,
  label bigint not null,
  name bytea not null,
  pair uuid not null,
  stored_at bigint not null,
  primary key (run, label)
);
create index label_names_by_pair on understudy.label_names (pair);
create index label_names_by_time on understudy.label_names (stored_at);
`;
