import { expect, it } from 'vitest';
import { type Line, readLines } from './read-lines.js';

async function linesOf(text: string | Uint8Array, size: number, longest?: number): Promise<readonly Line[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
  }
  const lines: Line[] = [];
  for await (const line of readLines(parts(), longest)) lines.push(line);
  return lines;
}

it('gives each line with its number, wherever the parts end', async () => {
  for (let size = 1; size < 20; size += 1) {
    expect(await linesOf('one\n\n  \ntwé\r\n😀', size)).toEqual([
      { line: 1, text: 'one' },
      { line: 4, text: 'twé\r' },
      { line: 5, text: '😀' },
    ]);
  }
  expect(await linesOf('', 1)).toEqual([]);
});

it('keeps nothing of a line that is too long, and goes on after it', async () => {
  for (const size of [1, 3, 100]) {
    expect(await linesOf('12345\n123456\n1\n1234567', size, 5)).toEqual([
      { line: 1, text: '12345' },
      { line: 2, text: null, problem: 'longer than 5 bytes' },
      { line: 3, text: '1' },
      { line: 4, text: null, problem: 'longer than 5 bytes' },
    ]);
  }
});

it('says of bytes that are no text that they are none', async () => {
  expect(await linesOf(Buffer.from([0x61, 0xff, 0x0a, 0x62]), 2)).toEqual([
    { line: 1, text: null, problem: 'not UTF-8' },
    { line: 2, text: 'b' },
  ]);
});
