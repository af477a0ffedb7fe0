/**
 * The import rules of the two packages, as data. `check.ts` applies them, `docs/architecture.md` explains them.
 *
 * A pattern is a path below the package's `src/`: one that ends in `/` is a folder, any other is a file.
 */
export type Pattern = string;

export interface PackageRules {
  /** Folder of the package's sources, from the root of the repository. */
  readonly src: string;
  readonly name: string;
  /** The folders in the order of the flow: a stage imports itself and earlier ones, never a later one. */
  readonly stages: readonly string[];
  /** What travels between processes: every stage may import it, and it imports nothing but itself and `foundation`. */
  readonly contract: readonly Pattern[];
  /** Files beside the stages that every stage may import. They import no stage. */
  readonly foundation: readonly Pattern[];
  /** Files that put the stages together. No stage imports them. */
  readonly composition: readonly Pattern[];
  /** Where `process.env` may be read. */
  readonly environment: readonly Pattern[];
  /** No I/O, no clock, no randomness; from outside the package only what `packages` lists. */
  readonly pure: readonly { readonly in: Pattern; readonly packages: readonly string[]; readonly local: boolean }[];
}

/** A package that may be imported in few places only. */
export interface ConfinedPackage {
  /** The package's name; with `/*` at the end, every package of that scope not named in an earlier row. */
  readonly package: string;
  /** Allowed places, per name of our package. */
  readonly in: Readonly<Record<string, readonly Pattern[]>>;
  /** How many files may load it, where it matters; types are free. */
  readonly files?: number;
  readonly fix: string;
}

const INSTRUMENTATION = '@understudy/instrumentation';
const EVALUATOR = '@understudy/evaluator';

export const PACKAGES: readonly PackageRules[] = [
  {
    src: 'packages/instrumentation/src',
    name: INSTRUMENTATION,
    stages: ['experiment', 'tap', 'dialect', 'capture', 'sample', 'shadow', 'govern', 'trial', 'queue'],
    contract: [
      'experiment/',
      'trial/trial.ts',
      'trial/funnel.ts',
      'trial/misconfigurations.ts',
      'trial/schema.ts',
      'trial/codec.ts',
      'trial/seal.ts',
      'trial/ids.ts',
    ],
    foundation: [
      'errors.ts',
      'fast-strings.ts',
      'guard.ts',
      'misconfigured.ts',
      'semconv.ts',
      'metric-descriptions.ts',
      'options.ts',
      'second.ts',
    ],
    composition: [
      'index.ts',
      'instrumentation.ts',
      'instrumentation-setup.ts',
      'register.ts',
      'functions/',
      'ai-sdk.ts',
      'ai-sdk/',
    ],
    environment: ['options.ts', 'register.ts'],
    pure: [],
  },
  {
    src: 'packages/evaluator/src',
    name: EVALUATOR,
    stages: [
      'queue',
      'stats',
      'score',
      'judge',
      'embed',
      'tally',
      'ledger',
      'decide',
      'replay',
      'plan',
      'report',
      'emit',
      'notify',
      'serve',
      'dev',
      'init',
      'doctor',
      'cli',
    ],
    contract: [],
    foundation: ['errors.ts', 'semconv.ts', 'config.ts', 'outputs.ts'],
    composition: ['index.ts', 'evaluator.ts', 'evaluator/', 'cli/'],
    environment: ['config.ts'],
    pure: [
      { in: 'stats/', packages: [], local: false },
      {
        in: 'score/',
        packages: [
          `${INSTRUMENTATION}/trial`,
          `${INSTRUMENTATION}/experiment`,
          'zod',
          '@cfworker/json-schema',
          'eld/extrasmall',
        ],
        local: true,
      },
      { in: 'decide/', packages: [`${INSTRUMENTATION}/trial`, `${INSTRUMENTATION}/experiment`], local: true },
    ],
  },
];

export const CONFINED: readonly ConfinedPackage[] = [
  {
    package: '@opentelemetry/api',
    in: {
      [INSTRUMENTATION]: ['capture/', 'shadow/', 'guard.ts', 'index.ts', 'instrumentation.ts', 'register.ts'],
      [EVALUATOR]: ['emit/', 'index.ts', 'evaluator.ts', 'cli/'],
    },
    fix: 'hand the numbers to a stage that emits them',
  },
  {
    package: '@opentelemetry/*',
    in: { [EVALUATOR]: ['emit/', 'evaluator.ts', 'cli/'] },
    fix: 'the SDK belongs to the host; in the evaluator it belongs to emit/',
  },
  {
    package: 'bullmq',
    in: { [INSTRUMENTATION]: ['queue/'], [EVALUATOR]: ['queue/'] },
    fix: 'use what queue/ exports',
  },
  {
    package: 'ioredis',
    in: { [INSTRUMENTATION]: ['queue/'], [EVALUATOR]: ['queue/'] },
    fix: 'use what queue/ exports',
  },
  {
    package: 'pg',
    in: { [INSTRUMENTATION]: ['queue/'], [EVALUATOR]: ['queue/', 'ledger/'] },
    fix: 'use what ledger/ or queue/ exports',
  },
  {
    package: '@electric-sql/*',
    in: { [EVALUATOR]: ['queue/', 'ledger/'] },
    fix: 'use what ledger/ or queue/ exports',
  },
  {
    package: 'undici',
    in: { [INSTRUMENTATION]: ['shadow/'] },
    files: 1,
    fix: 'loading undici replaces the dispatcher of the process: only one file knows how to undo that',
  },
  {
    package: 'eld',
    in: { [EVALUATOR]: ['score/detector.ts', 'score/detector.test.ts'] },
    fix: 'its tables take 80 MiB: take a `Detect` from whoever has loaded them',
  },
  {
    package: INSTRUMENTATION,
    in: { [EVALUATOR]: ['cli/demo/service/'] },
    fix: `the evaluator knows the service by its contract only: import ${INSTRUMENTATION}/trial or /experiment`,
  },
  { package: EVALUATOR, in: {}, fix: 'the service runs without the evaluator: move what both need into the contract' },
];

/** Subpaths that are free although their package is confined. */
export const FREE_SUBPATHS: readonly string[] = [`${INSTRUMENTATION}/trial`, `${INSTRUMENTATION}/experiment`];

/** Longest file, in lines. Beyond it a file holds more than one idea. */
export const LONGEST_FILE = 350;

/** Files that may be longer, because they are a table. From the root of the repository. */
export const TABLES: readonly string[] = ['packages/evaluator/src/cli/demo/topics.ts'];

/** Folders outside the packages that are read too, for length, cycles and `export *`. */
export const OTHER_FOLDERS: readonly string[] = ['test', 'bench', 'examples', 'tools'];
