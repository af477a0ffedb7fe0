import { controlId, phaseId } from '../experiment/control.js';
import type { Experiment, Run } from '../experiment/definition.js';
import type { Live } from '../sample/live.js';
import type { Errand } from './errands.js';
import type { QueueConnection } from './queue-connection.js';

/** An experiment of this process with its terms. */
export interface Followed {
  readonly experiment: Experiment;
  readonly run: Run;
  readonly live: Live;
}

/** With the time of a word on top less than a second; spread, so that the processes of a service do not ask all at once. */
const EVERY_MS = { least: 350, spread: 300 };

/** Reads what people and the evaluator have set for the experiments of this process, and tells their terms. */
export function followErrand(followed: readonly Followed[]): Errand {
  return {
    name: 'queue.control',
    everyMs: () => EVERY_MS.least + Math.random() * EVERY_MS.spread,
    async run(connection) {
      const words = await Promise.all(followed.map((each) => ask(connection, each)));
      for (const [index, { live }] of followed.entries()) {
        const word = words[index];
        if (word !== undefined) live.hear(word);
      }
    },
    missed() {
      for (const { live } of followed) live.missed();
    },
  };
}

async function ask(connection: QueueConnection, { experiment, run }: Followed): Promise<Parameters<Live['hear']>[0]> {
  const control = connection.setting(controlId(experiment.name));
  const phase = experiment.target === null ? undefined : connection.setting(phaseId(run.id));
  const [said, reached] = await Promise.all([control, phase]);
  return { control: said, phase: reached };
}
