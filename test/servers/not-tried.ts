import type { Reporter, TestModule, TestSuite } from 'vitest/node';

/** Suites left out because their server is not on this machine have a name that begins with this. */
export const NOT_TRIED = 'NOT TRIED: ';

const named = (suite: TestSuite): string[] => (suite.name.startsWith(NOT_TRIED) ? [suite.name] : []);

/** Says at the end of a run what was not tried. */
export class NotTriedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) => [...module.children.allSuites()].flatMap(named));
    if (lines.length > 0) console.log(`\n${lines.join('\n')}`);
  }
}
