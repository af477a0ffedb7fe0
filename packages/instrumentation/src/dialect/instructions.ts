/** A conversation, with the instructions it begins with apart from the turns after them. */
export interface Conversation<Item> {
  readonly leading: readonly Item[];
  readonly rest: readonly Item[];
}

/** Cuts a conversation behind its leading instructions. Those that come later are turns: their place says something. */
export function splitInstructions<Item>(
  items: readonly Item[],
  isInstruction: (item: Item) => boolean,
): Conversation<Item> {
  const end = items.findIndex((item) => !isInstruction(item));
  const count = end === -1 ? items.length : end;
  return { leading: items.slice(0, count), rest: items.slice(count) };
}

/** Several instructions as the one text that protocols with a field for it have; `null` where there are none. */
export function joinInstructions(texts: readonly string[]): string | null {
  return texts.length === 0 ? null : texts.join('\n\n');
}
