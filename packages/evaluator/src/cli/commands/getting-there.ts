import { Option } from 'commander';
import { CANDIDATES } from '../demo/experiment.js';
import { demoCommand } from '../demo.js';
import { doctorCommand } from '../doctor.js';
import { initCommand } from '../init.js';
import { aRate, config, json, wholeNumber } from '../options.js';
import type { Commands } from './commands.js';

/** What is wanted once: a look at it, a configuration, and whether all is there. */
export function addGettingThere({ program, output, ended }: Commands): void {
  program
    .command('demo')
    .description('the whole of it on this machine: no key, no server; under a minute')
    .addOption(
      new Option('--candidate <kind>', 'the candidate to try').choices(Object.keys(CANDIDATES)).default('good'),
    )
    .option('--calls <number>', 'calls of the service', (text) => wholeNumber(text, 1, 100_000), 3000)
    .option(
      '--seed <number>',
      'decides every conversation, answer and latency',
      (text) => wholeNumber(text, 0, 2 ** 31),
      1,
    )
    .addOption(json())
    .option('--keep', 'keep the store and print its folder')
    .action((options: Parameters<typeof demoCommand>[0]) => ended(demoCommand(options, output)));
  program
    .command('init')
    .description('look at the service in this folder, write its configuration, and say what starts it from now on')
    .option('--candidate <model>', 'the model to try; asked for at a terminal')
    .option('--model <pattern>', "the incumbent's calls, such as gpt-5*; else the one model the sources name, else all")
    .option('--base-url <url>', 'where the candidate is asked, if not where the service asks')
    .option('--dialect <protocol>', "the protocol it speaks, if not the service's")
    .option('--key-env <variable>', 'the environment variable that holds its key')
    .option('--name <experiment>', 'the experiment; else named after the candidate')
    .option('--rate <rate>', 'the share of calls to compare, in [0, 1]; else 0.1', aRate)
    .option('--queue <url>', 'redis://, postgres:// or embedded:FOLDER; else embedded:./.understudy')
    .option('--ledger <url>', "postgres:// or embedded:FOLDER; else the queue's store")
    .option('--preset <policy>', 'a policy by name (docs/policy.md)')
    .option('--dir <folder>', "the service's folder; else this one")
    .option('-f, --force', 'write over files that are there')
    .option('-n, --dry-run', 'print the files, and write none')
    .addOption(json())
    .action((options: Parameters<typeof initCommand>[0]) => ended(initCommand(options, output)));
  program
    .command('doctor')
    .description(
      'look at everything a comparison needs; of what is wrong, why and what to do. Exits 2 where something fails',
    )
    .addOption(config())
    .option('--dir <folder>', "the service's folder, for what is installed there; else this one")
    .option('--no-calls', 'ask no model: each is asked one word otherwise, for a few tokens')
    .addOption(json())
    .action((options: Parameters<typeof doctorCommand>[0]) => ended(doctorCommand(options, output)));
}
