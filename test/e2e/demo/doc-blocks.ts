import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../stage/stage.js';

export interface DocBlock {
  readonly language: string;
  readonly text: string;
  /** For a failure: where it stands. */
  readonly where: string;
}

/** The fenced blocks of a page of docs/, in their order. @throws when it has none: a guide without commands is not what its test thinks */
export function docBlocks(page: string): readonly DocBlock[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({ language: match[1] ?? '', text: match[2] ?? '', where: `docs/${page}:${text.slice(0, match.index).split('\n').length}` }));
  if (blocks.length === 0) throw new Error(`docs/${page} has no fenced block`);
  return blocks;
}

/** Whether a block starts a program that goes on, in a terminal of its own. */
export const isTerminal = ({ text }: DocBlock): boolean => /npm run (hub|agent)\s*$/.test(text);
