import { commandsFor, type Hurdle } from './hurdle.js';
import { commandsIn, inCommands } from './in-commands.js';
import type { Whose } from './paste.js';
import { printable } from './printable.js';


/** Why a target is as it is, as the API answers. */
export interface ExplanationAnswer {
  readonly steps: readonly ExplanationStep[];
  readonly next: { readonly message: string; readonly at: string | null };
}

interface ExplanationStep {
  readonly kind: string;
  readonly isOk: boolean;
  readonly message: string;
  readonly advice: string | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly rollout: number | null;
  readonly hurdle: Pick<Hurdle, 'kind' | 'stage' | 'gate'> | null;
}

/** A line for each link of the chain: `->` is the first that stands in the way, `!` each further one. Behind what is next the commands that do it. Pure. */
export function formatExplanation({ steps, next }: ExplanationAnswer, target: Whose): string {
  const first = steps.findIndex((step) => !step.isOk);
  const lines = steps.map(({ isOk, message, since, until }, place) => {
    const times = [...(since === null ? [] : [`since ${since}`]), ...(until === null ? [] : [`until ${until}`])].join(', ');
    return `${isOk ? '  ' : place === first ? '->' : ' !'} ${oneLine(message)}${times === '' ? '' : ` (${times})`}`;
  });
  const step = steps.find(({ isOk, advice, message }) => !isOk && (advice === next.message || message === next.message));
  const whose = { ...target, rollout: step?.rollout ?? steps.find(({ rollout }) => rollout !== null)?.rollout ?? undefined };
  const commands = step?.hurdle ? commandsFor(step.hurdle, whose) : commandsIn(next.message, whose);
  return [...lines, `next: ${oneLine(next.message)}${next.at === null ? '' : ` (at ${next.at})`}`, ...commands.map((command) => `      ${command}`)].map((line) => `${printable(line)}\n`).join('');
}

function oneLine(text: string): string {
  return inCommands(text).replace(/\s*\n\s*/g, ' ');
}
