import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openScreen } from './screen.js';

class FakeTerminal extends EventEmitter {
  readonly written: string[] = [];
  columns: number | undefined = 40;
  rows: number | undefined = 3;

  write(text: string): void {
    this.written.push(text);
  }
}

describe('openScreen', () => {
  it('draws no more lines than there are rows, and nothing twice', () => {
    const terminal = new FakeTerminal();
    const screen = openScreen(terminal, () => undefined);
    screen.draw(['1', '2', '3', '4']);
    screen.draw(['1', '2', '3', '4']);
    expect(terminal.written).toHaveLength(2);
    expect(terminal.written[1]).toBe('\u001b[H1\u001b[K\r\n2\u001b[K\r\n3\u001b[K\u001b[J');
    screen.close();
  });

  it('draws the same again where the size is another one', () => {
    const terminal = new FakeTerminal();
    const screen = openScreen(terminal, () => screen.draw([String(screen.columns)]));
    screen.draw(['40']);
    terminal.columns = 20;
    terminal.emit('resize');
    expect(terminal.written.at(-1)).toContain('20');
    terminal.columns = undefined;
    terminal.emit('resize');
    expect(terminal.written.at(-1)).toContain('80');
    screen.close();
  });

  it('gives the terminal back once, and leaves nothing behind', () => {
    const terminal = new FakeTerminal();
    const before = process.listenerCount('exit');
    const screen = openScreen(terminal, () => undefined);
    expect(process.listenerCount('exit')).toBe(before + 1);
    screen.close();
    screen.close();
    screen.draw(['late']);
    expect(terminal.written.filter((text) => text.includes('\u001b[?1049l'))).toHaveLength(1);
    expect(terminal.written.join('')).not.toContain('late');
    expect(terminal.listenerCount('resize')).toBe(0);
    expect(process.listenerCount('exit')).toBe(before);
  });
});
