import { labelCommand } from '../label.js';
import { rejudgeCommand } from '../rejudge.js';
import { config, json, wholeNumber } from '../options.js';
import type { Commands } from './commands.js';

/** What judges and people say of pairs. */
export function addJudging({ program, output, ended }: Commands): void {
  program
    .command('label')
    .description('show pairs a judge was asked about, blinded, and take which answer is better')
    .addOption(config())
    .addOption(json())
    .option('-e, --experiment <name>', 'only pairs of this experiment')
    .option('--export <file>', 'write open pairs as JSON lines; `-`: to the standard output')
    .option('--import <file>', 'read labels from JSON lines; `-`: from the standard input')
    .addHelpText('after', LABEL_EXAMPLES)
    .action((options: Parameters<typeof labelCommand>[0]) => ended(labelCommand(options, output)));
  program
    .command('rejudge')
    .description("judge an experiment's stored pairs by another judge or rubric; its word is shown, the verdict stays")
    .addOption(config())
    .addOption(json())
    .option('-e, --experiment <name>', 'the experiment, where there are several')
    .option(
      '-r, --rubric <rubric>',
      'a built-in rubric, or the path of a YAML file, in the place of the configured one',
    )
    .option('-l, --limit <pairs>', 'pairs at most', (text) => wholeNumber(text, 1, 1_000_000_000))
    .option('-n, --dry-run', 'only count what would be judged')
    .action((options: Parameters<typeof rejudgeCommand>[0]) => ended(rejudgeCommand(options, output)));
}

const LABEL_EXAMPLES = `
In a terminal: a, b: the better answer; t: a tie; s: cannot say (final); q: quit. What is answered is stored at once, so
that anyone can go on. Which answer is A is drawn by lot.

Examples:
  understudy label -e support-mini
  understudy label --export pairs.jsonl       one line a pair: {"pair", "run", "experiment", "segment", "request", "a", "b", "deadline"}
  understudy label --import labels.jsonl      one line a label: {"pair": "...", "answer": "A"}, or "B", "tie", "skip"

A file is imported as a whole or, where a line is wrong, not at all; again it changes nothing. The first answer to a pair stays.`;
