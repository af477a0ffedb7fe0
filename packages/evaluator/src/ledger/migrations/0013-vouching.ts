/** Which canaries vouch for the evidence on a judge's word. */
export const sql = `
-- How large the evidence in a stream was, and the number of canaries beside pairs after which nobody need doubt that the judge saw it.
create table understudy.vouching (
  run text not null,
  arm text not null,
  stream text not null,
  marks json not null,
  primary key (run, arm, stream)
);
`;
