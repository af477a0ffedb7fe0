import type { TestProject } from 'vitest/node';
import { startWorld, type WorldFacts } from './world/world.js';

declare module 'vitest' {
  interface ProvidedContext {
    readonly world: WorldFacts;
  }
}

/** One world for all tests of the suite: it is started before them, and ended after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const world = await startWorld((text) => console.log(`  ${text}`));
  project.provide('world', world.facts);
  return async () => await world[Symbol.asyncDispose]();
}
