/** The instrumentation scope of everything the evaluator emits. */
export const SCOPE: { readonly name: string; readonly version: string } = {
  name: '@understudy/evaluator',
  version: '0.1.0',
};
