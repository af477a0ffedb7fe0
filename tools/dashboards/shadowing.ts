import type { Contents } from './dashboard.ts';
import { judges } from './judges.ts';
import { losses } from './losses.ts';
import { pipeline } from './pipeline.ts';

/** Whether shadowing itself is well: what is left out, what is lost, and what of ours fails. */
export const SHADOWING: Contents = {
  name: 'shadowing',
  description:
    'Whether shadowing itself is well: what is left out and why, what is lost, whether evaluator and judge keep up. Nothing here is felt by users; all of it decides what a verdict is worth.',
  from: 'now-6h',
  choices: { arms: 'understudy_funnel_total' },
  rows: [
    { title: null, panels: losses() },
    { title: 'From the service to the evaluator', panels: pipeline() },
    { title: 'The judge', panels: judges() },
  ],
};
