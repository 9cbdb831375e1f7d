import { describe, expect, it } from '@jest/globals';
import { TerminalScreen } from './terminal-screen.js';

/** A terminal as far as a screen uses one: what is shown, line by line, below a prompt. */
function aTerminal(columns = 20, rows = 10) {
  const shown = ['$ capstan', ''];
  let line = 1;
  const size = { columns, rows };
  const write = (text: string): void => {
    for (const [, command, plain] of text.matchAll(/\u001b\[(\d*[A-Za-z])|([^\u001b]+)/g)) {
      if (command?.endsWith('F')) line -= Number(command.slice(0, -1));
      else if (command === 'K') continue;
      else if (command === 'J') shown.splice(line);
      else if (plain === undefined) throw new Error(`the terminal was commanded: ${String(command)}`);
      else {
        for (const [at, part] of plain.split('\n').entries()) {
          if (at > 0) line += 1;
          if (part !== '') shown[line] = part;
          else if (at > 0) shown[line] ??= '';
        }
      }
    }
  };
  return { size, shown: () => shown.join('\n').trimEnd(), terminal: { size: () => size, write } };
}

describe('a screen', () => {
  it('draws over what it drew, leaving what was there before', () => {
    const { terminal, shown } = aTerminal();
    const screen = new TerminalScreen(terminal);
    screen.draw('one\ntwo\nthree\n');
    screen.draw('uno\ndos\n');
    expect(shown()).toBe('$ capstan\nuno\ndos');
    screen.clear();
    expect(shown()).toBe('$ capstan');
  });

  it('clips what is too wide and tells how much is too long', () => {
    const { terminal, shown } = aTerminal(8, 4);
    new TerminalScreen(terminal).draw('123456789\n\u4e2d\u4e2d\u4e2d\u4e2d\n3\n4\n5\n');
    expect(shown()).toBe('$ capstan\n1234567\n\u4e2d\u4e2d\u4e2d\n... 3 m');
  });

  it('lets no text command the terminal', () => {
    const { terminal, shown } = aTerminal(60);
    new TerminalScreen(terminal).draw('a\u001b]0;title\u0007b\u001b[2Jc\u009b3Ad\re\tf\u0000\n');
    expect(shown()).toBe('$ capstan\na]0;titleb[2Jc3Ade f');
  });

  it('draws below after the width has changed', () => {
    const { terminal, shown, size } = aTerminal();
    const screen = new TerminalScreen(terminal);
    screen.draw('one');
    size.columns = 30;
    screen.draw('two');
    expect(shown()).toBe('$ capstan\none\ntwo');
  });
});
