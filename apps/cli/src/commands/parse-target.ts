import { usage } from '../cli-error.js';

export interface TargetNames {
  readonly project: string;
  readonly application: string;
  readonly cluster: string;
}

/** `[PROJECT/]APPLICATION@CLUSTER`, also as `target/...`. @throws CliError */
export function parseTarget(text: string, project: string): TargetNames {
  const [, ofProject, application, cluster] = /^(?:([^/@]+)\/)?([^/@]+)@([^/@]+)$/.exec(text.replace(/^targets?\//, '')) ?? [];
  if (application === undefined || cluster === undefined) throw usage(`not a target: ${text}`, /^[\w.-]+$/.test(text) ? `Write ${text}@CLUSTER; capstan get targets -a ${text} shows where it is.` : 'Write [PROJECT/]APPLICATION@CLUSTER.');
  return { project: ofProject ?? project, application, cluster };
}
