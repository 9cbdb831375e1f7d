import type { Action, Content, Fault, Schedule } from './schedule.js';

/** The plan as text, one line for each step: what a person reads when a schedule fails, and what two runs of one seed are compared by. */
export function printSchedule({ seed, applications, steps }: Schedule): string {
  const head = applications.map(({ name, createdAtMs, first }) => `  ${name}: ${createdAtMs === undefined ? 'in sync before' : `comes at ${createdAtMs} ms`}, ${contentText(first)}`);
  const lines = steps.map((step) => `  ${String(step.atMs).padStart(5)} ms  ${'action' in step ? actionText(step.action) : faultText(step.fault)}`);
  return [`schedule ${seed}`, ...head, ...lines].join('\n');
}

function contentText({ values, image, isBroken }: Content): string {
  return `${isBroken ? 'NO YAML ' : ''}${Object.entries(values).map(([name, value]) => `${name}=${value}`).join(' ')}${image === undefined ? '' : ` ${image}`}`;
}

function actionText(action: Action): string {
  const { kind, application } = action;
  switch (action.kind) {
    case 'commit': return `${application}: commit (${action.why}) ${contentText(action.content)}`;
    case 'rewrite': return `${application}: rewrite the last commit as ${contentText(action.content)}`;
    case 'parameters': return `${application}: parameter size=${action.size}`;
    case 'delete': return `${application}: delete, ${action.mode}`;
    case 'tier': return `${application}: label ${action.cluster} tier=${action.tier}`;
    case 'match': return `${application}: ${action.isMatched ? 'match' : 'unmatch'} ${action.cluster}`;
    case 'hand-edit': case 'hand-delete': return `${application}: ${kind} ${action.object} on ${action.cluster}`;
    default: return `${application}: ${kind}`;
  }
}

function faultText(fault: Fault): string {
  if (fault.kind !== 'link') return `FAULT ${fault.kind} ${fault.process} for ${fault.forMs} ms`;
  const { how, ...details } = fault.fault;
  return `FAULT ${fault.link} ${how}${Object.entries(details).map(([key, value]) => ` ${key}=${String(value)}`).join('')} for ${fault.forMs} ms`;
}
