import { printable } from './printable.js';

/** A terminal that can be drawn on. */
export interface Terminal {
  /** Columns and rows as they are now. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly write: (text: string) => void;
}

/** Draws one text over the other in place, below whatever the terminal showed before. What it draws never wraps, scrolls or commands the terminal. */
export class TerminalScreen {
  #lines = 0;
  #columns = 0;

  constructor(private readonly terminal: Terminal) {}

  draw(text: string): void {
    const { columns, rows } = this.terminal.size();
    // Narrower or wider than before, the terminal has wrapped what was drawn anew: how many lines that is nobody knows.
    const back = this.#lines === 0 || columns !== this.#columns ? '' : `\u001b[${this.#lines}F`;
    const lines = fit(printable(text).replace(/\t/g, ' ').trimEnd().split('\n'), Math.max(2, rows - 1)).map((line) => clip(line, columns));
    this.terminal.write(`${back}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    this.#lines = lines.length;
    this.#columns = columns;
  }

  /** Takes away what was drawn. */
  clear(): void {
    if (this.#lines > 0) this.terminal.write(`\u001b[${this.#lines}F\u001b[J`);
    this.#lines = 0;
  }
}

function fit(lines: readonly string[], rows: number): readonly string[] {
  return lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `... ${lines.length - rows + 1} more lines`];
}

/** One column stays free, since some terminals wrap at the last. Everything beyond the alphabets of Europe is taken for wide: a line too short does no harm. */
function clip(line: string, columns: number): string {
  let room = columns - 1;
  let clipped = '';
  for (const character of line) {
    room -= (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
    if (room < 0) break;
    clipped += character;
  }
  return clipped;
}
