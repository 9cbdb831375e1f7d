import { err, ok, type Result } from '#kernel';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const KUBERNETES_PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;
export type KubernetesProgram = (typeof KUBERNETES_PROGRAMS)[number];
export type KubernetesPrograms = Readonly<Record<KubernetesProgram, string>>;

export interface KubernetesMissing {
  readonly code: 'KUBERNETES_MISSING';
  readonly programs: readonly string[];
  readonly hint: string;
}

/** The paths of all programs of a real control plane, from KUBEBUILDER_ASSETS or as `npm run tools -- kubernetes` built them. Builds nothing. */
export async function realKubernetesAvailable(assets: string | undefined = process.env['KUBEBUILDER_ASSETS']): Promise<Result<KubernetesPrograms, KubernetesMissing>> {
  const findTool = await loadFindTool();
  const find = (program: KubernetesProgram): string | undefined => {
    const given = assets === undefined || assets === '' ? undefined : join(assets, program);
    return given !== undefined && existsSync(given) ? given : findTool(program);
  };
  const found = KUBERNETES_PROGRAMS.map((program) => [program, find(program)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([program]) => program);
  if (missing.length > 0) return err({ code: 'KUBERNETES_MISSING', programs: missing, hint: 'npm run tools -- kubernetes builds them once, in about a quarter of an hour; it needs Go' });
  const at = (program: KubernetesProgram): string => find(program) ?? program;
  return ok({ etcd: at('etcd'), 'kube-apiserver': at('kube-apiserver'), 'kube-controller-manager': at('kube-controller-manager'), 'kube-scheduler': at('kube-scheduler'), kwok: at('kwok') });
}

/** scripts/tools.mjs knows where builds are kept; it is loaded by path because it is no part of the compiled tree. */
export async function loadFindTool(): Promise<(program: string) => string | undefined> {
  let directory = import.meta.dirname;
  while (!existsSync(join(directory, 'scripts', 'tools.mjs'))) {
    if (dirname(directory) === directory) throw new Error('scripts/tools.mjs not found above this file');
    directory = dirname(directory);
  }
  const tools: unknown = await import(pathToFileURL(join(directory, 'scripts', 'tools.mjs')).href);
  if (typeof tools !== 'object' || tools === null || !('findTool' in tools) || typeof tools.findTool !== 'function') throw new Error('scripts/tools.mjs has no findTool');
  const find = tools.findTool;
  return (program) => {
    const path: unknown = find(program);
    return typeof path === 'string' ? path : undefined;
  };
}
