import { openai5, openai6, openai7 } from './openai/sdks.js';
import type { Sdk } from './way.js';

/** Every SDK that is held to be the same with and without the tap. A new one is a file and a line here. */
export const SDKS: readonly Sdk[] = [openai5, openai6, openai7];
