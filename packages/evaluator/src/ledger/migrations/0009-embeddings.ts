/**
 * Vectors of texts that were paid for. A vector says what its text says: it belongs to the call that it was first made for, goes with what is
 * erased of that call or its subject, and is sealed where content is.
 */
export const sql = `
create table understudy.embeddings (
  -- A keyed hash of the text and the model.
  key text primary key,
  call uuid not null,
  subject text,
  vector bytea not null,
  stored_at bigint not null
);
create index embeddings_by_call on understudy.embeddings (call);
create index embeddings_by_subject on understudy.embeddings (subject) where subject is not null;
create index embeddings_by_time on understudy.embeddings (stored_at);
`;
