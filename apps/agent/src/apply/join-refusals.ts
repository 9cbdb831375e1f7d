import type { StepOutcome } from '#domain';

const NAMED = 5;
const MAX_SAID = 1_500;

/**
 * What several refused calls of one step come to: the gravest reason, and a message that names every object that was refused for it, up to a few.
 * undefined: nothing was refused.
 */
export function joinRefusals(outcomes: readonly StepOutcome<unknown>[]): StepOutcome<never> | undefined {
  const refused = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [] : [outcome]));
  const first = refused.find(({ kind }) => kind === 'stalled') ?? refused[0];
  if (first === undefined) return undefined;
  const alike = refused.filter(({ kind, why }) => kind === first.kind && why.reason === first.why.reason);
  const messages = [...new Set(alike.map(({ why }) => why.message))];
  const room = Math.floor(MAX_SAID / Math.min(NAMED, messages.length));
  const named = messages.slice(0, NAMED).map((message) => (message.length > room ? `${message.slice(0, room)}...` : message)).join('; ');
  const said = `${named}${messages.length > NAMED ? ` and ${messages.length - NAMED} more` : ''}`;
  return { ...first, why: { ...first.why, message: said } };
}
