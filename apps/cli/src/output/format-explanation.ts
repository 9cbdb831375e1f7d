import { printable } from './printable.js';

/** Why a target is as it is, as the API answers. */
export interface ExplanationAnswer {
  readonly steps: readonly { readonly kind: string; readonly isOk: boolean; readonly message: string; readonly since: string | null; readonly until: string | null }[];
  readonly next: { readonly message: string; readonly at: string | null };
}

/** A line for each link of the chain: `->` is the first that stands in the way, `!` each further one. Pure. */
export function formatExplanation({ steps, next }: ExplanationAnswer): string {
  const first = steps.findIndex((step) => !step.isOk);
  const lines = steps.map(({ isOk, message, since, until }, place) => {
    const times = [...(since === null ? [] : [`since ${since}`]), ...(until === null ? [] : [`until ${until}`])].join(', ');
    return `${isOk ? '  ' : place === first ? '->' : ' !'} ${oneLine(message)}${times === '' ? '' : ` (${times})`}`;
  });
  return [...lines, `next: ${oneLine(next.message)}${next.at === null ? '' : ` (at ${next.at})`}`].map((line) => `${printable(line)}\n`).join('');
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
