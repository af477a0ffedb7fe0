import { Option } from 'commander';
import { PLANNED_GATES } from '../plan-gate.js';
import { planCommand } from '../plan.js';
import { replayCommand } from '../replay.js';
import { reportCommand } from '../report.js';
import { statusCommand } from '../status.js';
import { verdictCommand } from '../verdict.js';
import { aShare, between, config, json, wholeNumber } from '../options.js';
import type { Commands } from './commands.js';

/** What pairs say, and what more would. */
export function addDeciding({ program, output, ended }: Commands): void {
  program
    .command('status')
    .description('print runs, the funnel, producers, what waits and what was put aside')
    .addOption(config())
    .addOption(json())
    .option('-w, --watch', 'again every second')
    .action((options: Parameters<typeof statusCommand>[0]) => ended(statusCommand(options, output)));
  program
    .command('verdict')
    .description('print the verdict on a candidate, and exit with it')
    .addOption(config())
    .addOption(json().conflicts('markdown'))
    .addOption(new Option('--markdown', 'print Markdown, for a comment on a pull request'))
    .addOption(new Option('--junit <file>', "write JUnit's XML as well; `-`: to the standard output, and nothing else"))
    .option('-e, --experiment <name>', 'the experiment, where there are several')
    .option('-a, --arm <name>', 'the candidate, where there are several')
    .option('--accept-provisional', 'let go_provisional exit 0')
    .action((options: Parameters<typeof verdictCommand>[0]) => ended(verdictCommand(options, output)));
  program
    .command('report')
    .description(
      'write the verdict on a candidate as one HTML file: the sentence, estimates over time, segments, the worst pairs',
    )
    .addOption(config())
    .option('-e, --experiment <name>', 'the experiment, where there are several')
    .option('-a, --arm <name>', 'the candidate, where there are several')
    .option('-o, --out <file>', 'the file; without it, or `-`: the standard output')
    .action((options: Parameters<typeof reportCommand>[0]) => ended(reportCommand(options, output)));
  program
    .command('plan')
    .description(
      'pairs, days and dollars that a verdict needs: at the rates of the ledger, or of one gate as flags describe it',
    )
    .addOption(config())
    .addOption(json())
    .option('-e, --experiment <name>', 'only this experiment')
    .option('-a, --arm <name>', 'only this candidate')
    .option('--power <probability>', 'with which each gate is to be passed; default 0.8', between(0, 1))
    .option('--pairs-per-day <number>', 'pairs of evidence a day', between(0, Infinity))
    .option('--usd-per-pair <dollars>', 'what a pair of evidence costs', between(0, Infinity))
    .addOption(new Option('--gate <name>', 'one gate, without any store; default errors').choices(PLANNED_GATES))
    .option('--margin <share>', 'its margin', between(0, 0.5))
    .option('--ratio <number>', 'of a gate on latency, first chunks, cost or tokens', between(0, 10))
    .option(
      '--base-rate <share>',
      'how often the incumbent fails, refuses, or is invalid; default 0.01',
      between(0, 1, true),
    )
    .option('--ties <share>', 'of judged pairs; default 0.3', between(0, 1, true))
    .option('--sigma <number>', 'of the logarithm of latencies; default 0.5', between(0, 10))
    .option('--sensitivity <share>', "the judge's J; default 0.8", between(0, 1, true))
    .option(
      '--typical <share>',
      'what a call takes on average, as a share of `mostPerCall` of cost or tokens; default 0.1',
      between(0, 1),
    )
    .option('--alpha <share>', "in the place of the policy's", between(0, 0.5))
    .option('--run <number>', 'the how many-th run of the experiment', (text) => wholeNumber(text, 1, 1000))
    .option('--candidates <number>', 'of the experiment', (text) => wholeNumber(text, 1, 1000))
    .addHelpText('after', PLAN_EXAMPLES)
    .action((options: Parameters<typeof planCommand>[0]) => ended(planCommand(options, output)));
  program
    .command('replay <file>')
    .description('decide on trials in lines of JSON, without a queue or a ledger; `-`: from the standard input')
    .option('-p, --policy <file>', 'a policy, an experiment or a configuration, in YAML; without it the defaults')
    .option('-e, --experiment <name>', 'the experiment of the configuration, where there are several')
    .option('-a, --arm <name>', 'the candidate, where there are several')
    .option('-r, --run <id>', 'only pairs of this run')
    .addOption(json())
    .addOption(new Option('--by <what>', 'print every one of them on its own, too').choices(['segment']))
    .option(
      '--sensitivity <J>',
      "of the judge, as `status` shows it; without it the judge's word is not counted",
      aShare,
    )
    .option('--declared', 'the policy was written down before the first pair, whatever run the pairs name')
    .option('--lenient', 'go on after a line that cannot be read; the verdict is then never GO')
    .option('--shuffle <seed>', 'read the pairs in another order: it says the same', (text) =>
      wholeNumber(text, 0, 2 ** 31),
    )
    .option('--shards <number>', 'tally in so many parts, and merge them: it says the same', (text) =>
      wholeNumber(text, 1, 64),
    )
    .option('--accept-provisional', 'let go_provisional exit 0')
    .action((file: string, options: Parameters<typeof replayCommand>[1]) =>
      ended(replayCommand(file, options, output)),
    );
}

const PLAN_EXAMPLES = `
Examples:
  understudy plan                                            every experiment, at the rates of the ledger
  understudy plan -e support-mini --usd-per-pair 0.004
  understudy plan --gate errors --margin 0.01 --base-rate 0.03 --pairs-per-day 2000
  understudy plan --gate win_rate --margin 0.05 --ties 0.4 --sensitivity 0.9
  understudy plan --gate latency_p95 --ratio 1.2 --sigma 0.6
  understudy plan --gate cost --ratio 0.8 --typical 0.2`;
