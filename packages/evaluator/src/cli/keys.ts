import { emitKeypressEvents } from 'node:readline';

/** Single keys of a terminal, without Enter: their names in lower case, such as `a`, `q`, `ctrl+c`. */
export interface Keys {
  /**
   * The next key that is pressed; null where the terminal is gone. What was pressed before anybody asked is not meant for what is shown now:
   * of that, only ctrl+c counts.
   */
  next(): Promise<string | null>;
  close(): void;
}

/** Reads keys from a terminal; null where there is none. */
export function processKeys(input: NodeJS.ReadStream = process.stdin): Keys | null {
  if (!input.isTTY) return null;
  const pressed: (string | null)[] = [];
  const waiting: ((key: string | null) => void)[] = [];
  const push = (key: string | null): void => {
    const first = waiting.shift();
    if (first !== undefined) first(key);
    else if (key === null || key === 'ctrl+c') pressed.push(key);
  };
  const onKey = (_text: unknown, key: { readonly name?: string; readonly ctrl?: boolean } | undefined): void => {
    if (key?.name !== undefined) push(key.ctrl === true ? `ctrl+${key.name}` : key.name);
  };
  const onEnd = (): void => push(null);
  emitKeypressEvents(input);
  input.setRawMode(true);
  input.on('keypress', onKey).on('end', onEnd);
  input.resume();
  return {
    next: () => {
      const key = pressed.shift();
      return key === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(key);
    },
    close: () => {
      input.off('keypress', onKey).off('end', onEnd);
      input.setRawMode(false);
      input.pause();
    },
  };
}
