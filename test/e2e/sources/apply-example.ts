import { docBlocks } from '../demo/doc-blocks.js';
import type { Stage } from '../stage/stage.js';

/** The example of docs/sources.md under a heading, with the servers of this test in the place of those that it names. */
export async function applyExample(stage: Stage, which: string, replacements: Readonly<Record<string, string>>): Promise<void> {
  const block = docBlocks('sources.md').find(({ language, text }) => language === 'yaml' && text.includes(`kind: Repository\nmetadata: { name: ${which} }`));
  if (block === undefined) throw new Error(`docs/sources.md has no example with the repository ${which}`);
  let text = block.text.replaceAll(/poll: \d+m/g, 'poll: 1s');
  for (const [from, to] of Object.entries(replacements)) {
    if (!text.includes(from)) throw new Error(`${block.where} does not say ${from}`);
    text = text.replaceAll(from, to);
  }
  const applied = await stage.capstan(['apply', '-f', '-'], text);
  if (applied.exitCode !== 0) throw new Error(`${block.where}: ${applied.stderr}`);
}
