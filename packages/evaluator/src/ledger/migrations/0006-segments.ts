/** The segments that a run tells apart, over all processes: those it has already are a part of them. */
export const sql = `
create table understudy.segments (
  run text not null,
  segment text not null,
  primary key (run, segment)
);
insert into understudy.segments
select run, segment from understudy.slice_counts union select run, segment from understudy.leg_sums
on conflict do nothing;
delete from understudy.segments where segment in ('_all', '_none', '_other');
`;
