/** What a judge's trial waits for, and what is watched of the judge since. */
export const sql = `
-- 'held_until' (epoch ms): neither tried nor asked before. 'waits_for': why the trial has not begun, in words of ours. 'sources': how many answers its canaries are made of, fixed when it begins. 'vigil': of canaries since.
alter table understudy.judge_state add column held_until bigint not null default 0, add column waits_for text,
  add column sources integer, add column vigil json;

-- What is due of one judge.
create index judgements_waiting on understudy.judgements (run, judge, due) where status = 'waiting';
`;
