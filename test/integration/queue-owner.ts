/** Serves an embedded store and puts jobs on its queue: `queue-owner.ts FOLDER JOBS`. Says `ready` once all are acknowledged. */
import { QUEUES } from '@understudy/instrumentation/experiment';
import { openStore } from '../../packages/evaluator/dist/queue/store.js';

const [folder = '', jobs = '0'] = process.argv.slice(2);
const store = await openStore(`embedded:${folder}`);
const queue = store.queues().queue(QUEUES.pairs);
for (let job = 0; job < Number(jobs); job += 1) await queue.add('batch', { v: 1 }, { jobId: `owner-${job}` });
process.send?.('ready');
