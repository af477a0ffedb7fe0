/** What a view is drawn on: `process.stdout` where it is a terminal. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** The whole of a terminal, drawn over again and again. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Shows the lines from the top; those past the last row are left out. */
  draw(lines: readonly string[]): void;
  /** Gives the terminal back as it was. May be called twice. */
  close(): void;
}

/** What a terminal that does not say has. */
const USUAL = { columns: 80, rows: 24 };
/** The other buffer, so that what was on the terminal comes back; no cursor; no line breaks of the terminal's own. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

/** Takes the terminal until `close`, or until the process ends. @param onResize its size is another one */
export function openScreen(stream: TerminalStream, onResize: () => void): Screen {
  let open = true;
  let drawn = '';
  const resized = (): void => {
    drawn = '';
    onResize();
  };
  const close = (): void => {
    if (!open) return;
    open = false;
    process.off('exit', close);
    stream.off('resize', resized);
    stream.write(LEAVE);
  };
  stream.write(ENTER);
  stream.on('resize', resized);
  process.once('exit', close);
  const size = (value: number | undefined, usual: number): number => (value === undefined || value < 1 ? usual : value);
  return {
    get columns() {
      return size(stream.columns, USUAL.columns);
    },
    get rows() {
      return size(stream.rows, USUAL.rows);
    },
    draw(lines) {
      if (!open) return;
      const shown = lines.slice(0, size(stream.rows, USUAL.rows)).map((line) => `${line}${REST_OF_LINE}`);
      const text = `${HOME}${shown.join('\r\n')}${REST_OF_SCREEN}`;
      if (text === drawn) return;
      drawn = text;
      stream.write(text);
    },
    close,
  };
}
