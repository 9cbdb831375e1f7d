/** Commands that a narrow screen would cut off go on in the next line, as a shell reads them. Other lines stay as they are. Pure. */
export function foldCommands(text: string, columns: number): string {
  return text.split('\n').map((line) => (line.length < columns ? line : fold(line, columns))).join('\n');
}

function fold(line: string, columns: number): string {
  const [, indent, command] = /^( +)(capstan .*)$/.exec(line) ?? [];
  if (indent === undefined || command === undefined) return line;
  const lines: string[] = [];
  let current = indent;
  for (const word of command.match(/(?:'[^']*'|[^\s'])+/g) ?? []) {
    const isFirst = current.trim() === '';
    // room for the word, and behind it for what says that it goes on
    if (!isFirst && current.length + 1 + word.length + 2 >= columns) {
      lines.push(`${current} \\`);
      current = `${indent}  ${word}`;
    } else current += isFirst ? word : ` ${word}`;
  }
  return [...lines, current].join('\n');
}
