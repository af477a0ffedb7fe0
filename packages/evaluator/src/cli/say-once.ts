import { count } from './style.js';

const REPEATED_MS = 10_000;
const MOST_REMEMBERED = 100;

/** What is tried again fails again: the same words come once in ten seconds, with how often they were left out. */
export function sayOnce(say: (text: string) => void): (text: string) => void {
  const said = new Map<string, { readonly at: number; left: number }>();
  return (text) => {
    const last = said.get(text);
    if (last !== undefined && Date.now() - last.at < REPEATED_MS) {
      last.left += 1;
      return;
    }
    if (said.size >= MOST_REMEMBERED) said.clear();
    said.set(text, { at: Date.now(), left: 0 });
    say(last === undefined || last.left === 0 ? text : `${text} (and ${count(last.left)} times more)`);
  };
}
