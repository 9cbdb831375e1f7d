import { formatExpression, formatSelector } from '../selector/format-selector.js';
import { failedTerms, matchesSelector, type FailedTerm } from '../selector/match-selector.js';
import { REASON_ADVICE } from '../target/reason-code.js';
import { explanationStep } from './explanation-step.js';
import type { ExplanationStep, KnownToExplain } from './explanation.types.js';

/** Whether the cluster is selected, and whether there is a release to come. */
export function explainMatch(known: KnownToExplain): readonly ExplanationStep[] {
  return [...selectorSteps(known), applicationStep(known), releaseStep(known)];
}

function selectorSteps({ application, cluster, target }: KnownToExplain): readonly ExplanationStep[] {
  if (cluster.isLeaving) return [explanationStep('SELECTOR', false, `Cluster ${cluster.name} is being removed, so no application goes there.`)];
  const failed = failedTerms(application.selector, cluster.labels, cluster.facts);
  if (failed.length > 0) return failed.map((term) => failedStep(term, cluster.name, target !== undefined));
  const { matches } = matchesSelector(application.selector, cluster.labels, cluster.facts);
  if (!matches) return [explanationStep('SELECTOR', false, 'The selector of the application says nothing, which selects no cluster.', { wayOn: 'Give the application a selector; all: true selects every cluster.' })];
  const words = application.selector.all ? 'Every cluster is selected' : `The selector ${formatSelector(application.selector)} selects cluster ${cluster.name}`;
  return [explanationStep('SELECTOR', true, `${words}.`)];
}

function failedStep({ term, value, isUnknown }: FailedTerm, cluster: string, hasTarget: boolean): ExplanationStep {
  const says = `The selector asks for ${formatExpression(term)}`;
  const { key } = term;
  if (isUnknown) {
    return explanationStep('SELECTOR', false, `${says}, and cluster ${cluster} has reported no facts yet.`, { key, wayOn: 'Wait until the agent of the cluster has reported its facts: they are taken in by themselves.' });
  }
  const has = value === undefined ? `has no ${key}` : `has ${key}=${value}`;
  const wayOn = hasTarget ? REASON_ADVICE.FACT_MISMATCH : 'Change the labels of the cluster, or the selector of the application: then it comes by itself.';
  return explanationStep('SELECTOR', false, `${says}, and cluster ${cluster} ${has}.`, { key, value, wayOn });
}

function applicationStep({ application }: KnownToExplain): ExplanationStep {
  if (application.isDeleting) return explanationStep('APPLICATION', false, `Application ${application.name} is being deleted.`);
  if (application.reason === undefined) return explanationStep('APPLICATION', true, `Application ${application.name} has no problem.`);
  const { reason } = application;
  return explanationStep('APPLICATION', false, `Application ${application.name} cannot release its newest content: ${sentence(application.message, REASON_ADVICE[reason])}`, { reason, wayOn: REASON_ADVICE[reason] });
}

function releaseStep({ newest, target, application }: KnownToExplain): ExplanationStep {
  if (newest === undefined) {
    return explanationStep('RELEASE', false, `Application ${application.name} has no release yet.`, { wayOn: 'Wait for the first look into its repository, or see what the problem of the application is.' });
  }
  const what = `Release ${newest.number} (${newest.commit.slice(0, 12)} ${JSON.stringify(newest.subject)}) is the newest`;
  if (target === undefined) return explanationStep('RELEASE', true, `${what}.`);
  if (target.assigned === undefined) return explanationStep('RELEASE', true, `${what}; the target has been assigned none.`);
  const assigned = target.assigned === newest.number ? 'and what the target is assigned' : `and the target is assigned release ${target.assigned}`;
  return explanationStep('RELEASE', true, `${what}, ${assigned}.`, { since: target.assignedAt });
}

function sentence(text: string | undefined, otherwise: string): string {
  if (text === undefined || text === '') return otherwise;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
