import { err, ok, type Result } from '#kernel';
import { runProcess, type ProcessFailure, type ProcessOutput } from '#runtime';
import { access, constants } from 'node:fs/promises';
import type { RenderLimits } from './renderer.js';

/** How a program is started in its jail, as found out by trying; plain data, so that another process can be told. */
export interface JailPlan {
  readonly program: string;
  readonly wrapping: readonly string[];
  readonly protections: readonly string[];
}

/** One run of a program in the jail. */
export interface JailedRun {
  readonly args: readonly string[];
  /** Private to this run; also its HOME. */
  readonly directory: string;
  readonly stdin?: string;
  /** Beside what every program gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Where system programs live. The PATH is not asked: what a jail is made of does not depend on the environment. */
const PROGRAM_DIRECTORIES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
const PROBE_TIMEOUT_MS = 5_000;

export interface Wrapper {
  readonly protection: string;
  readonly program: string;
  readonly args: (limits: RenderLimits) => readonly string[];
}

// RLIMIT_DATA and not RLIMIT_AS: Go reserves far more address space than it uses. CPU: the soft limit can be ignored, the hard one not.
const kernelLimits = ({ cpuSeconds, memoryBytes }: RenderLimits, fileBytes: number): readonly string[] => [`--cpu=${cpuSeconds}:${cpuSeconds + 1}`, `--data=${memoryBytes}`, '--core=0', `--fsize=${fileBytes}`, '--nofile=256'];
const KERNEL_LIMITS = 'CPU, memory and file limits of the kernel';

/** From the outside in; of the same protection the first that works is taken. A network namespace needs root or user namespaces. */
const around = (kernelLimitsOf: Wrapper['args']): readonly Wrapper[] => [
  { protection: 'no network', program: 'unshare', args: () => ['--net', '--ipc', '--uts'] },
  { protection: 'no network', program: 'unshare', args: () => ['--map-root-user', '--net', '--ipc', '--uts'] },
  { protection: KERNEL_LIMITS, program: 'prlimit', args: kernelLimitsOf },
  { protection: 'no privileges', program: 'setpriv', args: () => ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'] },
  { protection: 'no privileges', program: 'setpriv', args: () => ['--no-new-privs'] },
];

/** For a program that writes no file. */
export const PROGRAM_WRAPPERS = around((limits) => kernelLimits(limits, 0));
/** V8 reserves so much for code when it starts, which counts as data and is never filled. */
const CODE_RANGE_BYTES = 512 * 1024 * 1024;
/** For the process that renders: it writes the private copy. */
export const RENDER_PROCESS_WRAPPERS = around((limits) => kernelLimits({ ...limits, memoryBytes: limits.memoryBytes + CODE_RANGE_BYTES }, limits.maxBytes));
/** For a program within that process, which has no network and no privileges to give up any more. */
export const INNER_WRAPPERS: readonly Wrapper[] = PROGRAM_WRAPPERS.filter(({ protection }) => protection === KERNEL_LIMITS);

/**
 * Runs one program with nothing but its arguments and its own directory: no shell, an empty environment, no PATH on which it
 * could find git, helm or a plugin, bounded wall time and output, and whatever of namespaces, limits and dropped privileges
 * this machine grants. Which of them are active is found out once, by trying.
 */
export class Jail {
  /** @param isInGroup of this process: what ends its group ends the program too */
  constructor(
    readonly plan: JailPlan,
    private readonly limits: RenderLimits,
    private readonly isInGroup = false,
    private readonly wrappers: readonly Wrapper[] = PROGRAM_WRAPPERS,
  ) {}

  /**
   * @param program absolute path
   * @param probe arguments with which the program ends at once and well: it is run to see which protections it can live with
   */
  static async build(program: string, probe: readonly string[], limits: RenderLimits, signal: AbortSignal, wrappers = PROGRAM_WRAPPERS): Promise<Result<Jail, ProcessFailure>> {
    const bare = await runOnce([program, ...probe], '/', limits, PROBE_TIMEOUT_MS, signal);
    if (!bare.ok) return err(bare.error);
    let wrapping: readonly string[] = [];
    const protections = new Set<string>();
    for (const wrapper of wrappers) {
      const found = protections.has(wrapper.protection) ? undefined : await findProgram(wrapper.program);
      if (found === undefined) continue;
      const candidate = [...wrapping, found, ...wrapper.args(limits)];
      const tried = await runOnce([...candidate, program, ...probe], '/', limits, PROBE_TIMEOUT_MS, signal);
      if (!tried.ok) continue;
      wrapping = candidate;
      protections.add(wrapper.protection);
    }
    return ok(new Jail({ program, wrapping, protections: [...protections] }, limits, false, wrappers));
  }

  /** For the log at start: what holds always, what is active here, and what is not. */
  describe(): string {
    const missing = [...new Set(this.wrappers.map((wrapper) => wrapper.protection))].filter((protection) => !this.plan.protections.includes(protection));
    const active = ['empty environment', 'private directory', `${this.limits.timeoutMs} ms`, `${this.limits.maxBytes} bytes of output`, ...this.plan.protections];
    return `active: ${active.join(', ')}${missing.length === 0 ? '' : `; not granted by this machine: ${missing.join(', ')}`}`;
  }

  run({ args, directory, signal, ...given }: JailedRun): Promise<Result<ProcessOutput, ProcessFailure>> {
    return runOnce(this.command(args), directory, this.limits, this.limits.timeoutMs, signal, { ...given, isInGroup: this.isInGroup });
  }

  /** Program and arguments, with all that is put around them. */
  command(args: readonly string[]): readonly string[] {
    return [...this.plan.wrapping, this.plan.program, ...args];
  }
}

function runOnce(command: readonly string[], directory: string, limits: RenderLimits, timeoutMs: number, signal: AbortSignal, given: Pick<JailedRun, 'stdin' | 'env'> & { readonly isInGroup?: boolean } = {}): Promise<Result<ProcessOutput, ProcessFailure>> {
  const [file = '', ...args] = command;
  return runProcess({
    file,
    args,
    cwd: directory,
    env: {
      HOME: directory,
      TMPDIR: directory,
      XDG_CONFIG_HOME: directory,
      XDG_CACHE_HOME: directory,
      GOMEMLIMIT: String(Math.floor(limits.memoryBytes * 0.8)),
      GOMAXPROCS: '2',
      GOTRACEBACK: 'none',
      ...given.env,
    },
    ...(given.stdin === undefined ? {} : { stdin: given.stdin }),
    isInGroup: given.isInGroup ?? false,
    timeoutMs,
    maxOutputBytes: limits.maxBytes,
    signal,
  });
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const directory of PROGRAM_DIRECTORIES) {
    const path = `${directory}/${name}`;
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there or not for us: either way this protection is not granted, and describe() says so
  }
}
