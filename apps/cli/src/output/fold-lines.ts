/** What a narrow screen would cut off goes on in the next line: what a rollout waits for, and commands, as a shell reads them. Other lines stay as they are. Pure. */
export function foldLines(text: string, columns: number): string {
  return text.split('\n').map((line) => (line.length < columns ? line : fold(line, columns))).join('\n');
}

const WAITS = 'waits: ';

function fold(line: string, columns: number): string {
  const [, indent, command] = /^( +)(capstan .*)$/.exec(line) ?? [];
  if (indent !== undefined && command !== undefined) return pack(command.match(/(?:'[^']*'|[^\s'])+/g) ?? [], { first: indent, further: `${indent}  `, end: ' \\' }, columns);
  return line.startsWith(WAITS) ? pack(line.slice(WAITS.length).split(' '), { first: WAITS, further: ' '.repeat(WAITS.length), end: '' }, columns) : line;
}

/** As many words on a line as there is room for, with what says that it goes on; one at least. */
function pack(words: readonly string[], { first, further, end }: { readonly first: string; readonly further: string; readonly end: string }, columns: number): string {
  const lines: string[] = [];
  let current = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && current.length + 1 + word.length + end.length >= columns) {
      lines.push(`${current}${end}`);
      current = `${further}${word}`;
    } else current += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, current].join('\n');
}
