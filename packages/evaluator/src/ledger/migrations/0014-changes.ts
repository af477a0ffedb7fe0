/** How verdicts have changed, and who is to be told of it. */
export const sql = `
-- Each change of a candidate's verdict, whatever run of its experiment it was of. A run's first look is a row too.
create table understudy.changes (
  id bigint generated always as identity primary key,
  experiment text not null,
  arm text not null,
  seq bigint not null,
  run text not null,
  k integer not null,
  state text not null,
  previous text,
  reason text not null,
  sentence text not null,
  pairs bigint not null,
  at bigint not null,
  unique (experiment, arm, seq)
);

-- A change on its way to a webhook. Claimed by whoever sends it, settled once it was sent or given up.
create table understudy.notices (
  destination text not null,
  change bigint not null references understudy.changes (id) on delete cascade,
  attempts integer not null default 0,
  due_at bigint not null,
  claimed_until bigint not null default 0,
  settled_at bigint,
  failure text,
  primary key (destination, change)
);

create index notices_open on understudy.notices (destination, change) where settled_at is null;
`;
