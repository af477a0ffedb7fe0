import { controlCommand } from '../control.js';
import { devCommand } from '../dev.js';
import { eraseCommand } from '../erase.js';
import { retireCommand } from '../retire.js';
import { runCommand } from '../run.js';
import { aRate, aTime, config, json, wholeNumber } from '../options.js';
import type { Commands } from './commands.js';

/** The evaluator, and what is done while it runs. */
export function addRunning({ program, output, ended }: Commands): void {
  program
    .command('dev')
    .description('run the evaluator for the service in this folder, and show what happens: pairs, funnel, verdict')
    .addOption(config())
    .option('--json', 'print a line of JSON for each thing that happens')
    .option('--no-content', 'show numbers only, nothing that anybody said')
    .option(
      '--otlp-port <port>',
      'take OTLP/HTTP at this port, and pass it on to OTEL_EXPORTER_OTLP_ENDPOINT; else at 4318 where that is free',
      (text) => wholeNumber(text, 0, 65_535),
    )
    .option('--no-otlp', 'take no OTLP')
    .option('--listen <address>', 'answer /api/verdict and /metrics at PORT or HOST:PORT; else UNDERSTUDY_LISTEN')
    .action((options: Parameters<typeof devCommand>[0]) => ended(devCommand(options, output)));
  program
    .command('run')
    .description('run the evaluator until SIGINT or SIGTERM')
    .addOption(config())
    .option(
      '--listen <address>',
      'answer /api/verdict at PORT (of this machine only) or HOST:PORT; else UNDERSTUDY_LISTEN',
    )
    .option('--accept-provisional', 'let /api/verdict pass what is go_provisional')
    .action((options: Parameters<typeof runCommand>[0]) => ended(runCommand(options, output)));
  program
    .command('control')
    .description('print or set what services follow within a second: the switch, the rate, the window')
    .addOption(config())
    .addOption(json())
    .option('-e, --experiment <name>', 'the experiment, where there are several')
    .option('--on', 'compare calls, whatever the configuration says')
    .option('--off', 'compare none')
    .option('--rate <rate>', 'in the place of sample.rate, in [0, 1]; 0 samples nothing, rules or not', aRate)
    .option('--from <time>', 'the beginning of the window: `now`, or a time as 2026-11-21T00:00:00Z', aTime)
    .option('--until <time>', 'its end', aTime)
    .option('--clear', 'forget what was set before: all as configured')
    .addHelpText('after', CONTROL_EXAMPLES)
    .action((options: Parameters<typeof controlCommand>[0]) => ended(controlCommand(options, output)));
  program
    .command('retire')
    .description('leave an experiment that is done with out of verdicts, metrics and alerts; all of it is kept')
    .addOption(config())
    .addOption(json())
    .requiredOption('-e, --experiment <name>', 'the experiment; no service may compare for it any more')
    .option('--undo', 'show it again')
    .action((options: Parameters<typeof retireCommand>[0]) => ended(retireCommand(options, output)));
  program
    .command('erase')
    .description('remove what a person or a pair said from the queue and the ledger; numbers and verdicts stay')
    .addOption(config())
    .addOption(json())
    .option('-s, --subject <value>', 'all of a subject, as the `subject` attribute of its calls names it')
    .option('-p, --pair <id>', 'one pair, and the others of its call')
    .option('-n, --dry-run', 'only count what would be erased')
    .action((options: Parameters<typeof eraseCommand>[0]) => ended(eraseCommand(options, output)));
}

const CONTROL_EXAMPLES = `
Examples:
  understudy control                                         what is set, and which services follow
  understudy control --off                                   nothing is compared, within a second
  understudy control --on --rate 0.02                        again, a fiftieth of the calls
  understudy control -e support-mini --until 2026-12-01T00:00:00Z
  understudy control --clear                                 all as configured

What is set is kept in the queue's store and outlives restarts. UNDERSTUDY_ENABLED=false of a service is over all of it.`;
