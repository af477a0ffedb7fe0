/** What may have been paid for in vain, what waits for a judge that nobody could name, and what evaluators asked models for. */
export const sql = `
-- Tries that failed and may have been charged for all the same: few of them, and the pair abstains.
alter table understudy.judgements add column failed integer not null default 0;
-- The judge is '' where a pair was drawn before anybody could name it: it is the run's main judge, once there is one.
create index judgements_without_judge on understudy.judgements (run) where judge = '';

-- Of the canaries of a trial that were paid for in vain, why, each time.
alter table understudy.judge_state add column failed jsonb not null default '{}';

-- Requests of evaluators to judges and for embeddings, by what came of them, and what these cost (nano-dollars) where that is known.
create table understudy.asked (
  experiment text not null,
  who text not null,
  outcome text not null,
  calls bigint not null,
  cost bigint not null,
  primary key (experiment, who, outcome)
);
`;
