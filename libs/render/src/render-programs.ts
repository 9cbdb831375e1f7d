import { err, ok, type Log, type Result } from '#kernel';
import { Jail, type Wrapper } from './jail.js';
import type { RenderFailure, RenderLimits } from './renderer.js';

export type ProgramName = 'kustomize' | 'helm';

/** Where programs are. Asked for when the first one is needed, and again after a failure; undefined where there is none. */
export type FindProgram = Readonly<Record<ProgramName, () => Promise<string | undefined>>>;

const WHAT_STOPS: Readonly<Record<ProgramName, { readonly probe: readonly string[]; readonly missing: string; readonly broken: string }>> = {
  kustomize: {
    probe: ['version'],
    missing: 'kustomize is not installed beside the agent: put it on its PATH, or name it in CAPSTAN_KUSTOMIZE',
    broken: 'kustomize is installed beside the agent and does not run; the log of the agent names it',
  },
  helm: {
    probe: ['version', '--short'],
    missing: 'helm is not installed beside the agent: put helm 3 or 4 on its PATH, or name it in CAPSTAN_HELM',
    broken: 'helm is installed beside the agent and does not run; the log of the agent names it',
  },
};

/** The programs, each with its jail. A cluster without charts pays nothing for helm. Who asks at the same time may look twice, which costs time and nothing else. */
export class RenderPrograms {
  private readonly ready = new Map<ProgramName, Jail>();

  constructor(
    private readonly find: FindProgram,
    private readonly limits: RenderLimits,
    private readonly wrappers: readonly Wrapper[],
    private readonly log: Log,
  ) {}

  async jail(name: ProgramName, signal: AbortSignal): Promise<Result<Jail, RenderFailure>> {
    const known = this.ready.get(name);
    if (known !== undefined) return ok(known);
    const { probe, missing, broken } = WHAT_STOPS[name];
    const program = await this.find[name]();
    if (program === undefined) return unavailable(missing);
    const jail = await Jail.build(program, probe, this.limits, signal, this.wrappers);
    signal.throwIfAborted();
    if (!jail.ok) {
      this.log.error(`${name} does not run: what needs it answers RENDERER_UNAVAILABLE`, { program, code: jail.error.code });
      return unavailable(broken);
    }
    this.log.info(`${name} is ready`, { program, limits: jail.value.describe() });
    this.ready.set(name, jail.value);
    return jail;
  }
}

function unavailable(message: string): Result<never, RenderFailure> {
  return err({ code: 'RENDERER_UNAVAILABLE', message, retryable: false });
}
