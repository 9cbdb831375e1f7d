import { err, ok, type Result } from '#kernel';
import { runProcess } from '#runtime';
import { abortFailure, type Contact } from '../contact.js';
import type { GitFailure } from '../git-failure.js';
import { classifyGitStderr, summariseGitStderr } from './classify-git-stderr.js';
import { gitEnvironment, type GitEnvironmentSettings } from './git-environment.js';
import { withSecretConfiguration } from './secret-configuration.js';
import { withSshSession } from './with-ssh-session.js';

export interface RunGitSettings extends GitEnvironmentSettings {
  readonly gitBinary: string;
}

export interface GitCommand {
  readonly args: readonly string[];
  readonly stdin?: string;
  /** Command-scope configuration, such as the remote's. */
  readonly configuration?: readonly (readonly [string, string])[];
  /** It talks to the remote and needs its credentials. */
  readonly isRemote?: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface GitOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exitCode: number;
}

/** DAMAGED is for the adapter alone: it makes a fresh copy and tries once more. */
export type GitRunFailure = GitFailure | { readonly code: 'DAMAGED'; readonly message: string };

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs one git command and tells its ending in the port's words. `fine` are the exit codes that are answers. */
export async function runGit(settings: RunGitSettings, contact: Contact, command: GitCommand, fine: readonly number[] = [0]): Promise<Result<GitOutput, GitRunFailure>> {
  if (command.isRemote !== true || contact.ssh === undefined) return runWith(settings, contact, command, fine, {});
  const run = await withSshSession({ ...contact.ssh, addresses: contact.addresses }, settings.cacheDirectory, (environment) => runWith(settings, contact, command, fine, environment));
  return run.ok ? run.value : err(contact.failure('GIT_CACHE_UNUSABLE', run.error.message));
}

async function runWith(settings: RunGitSettings, contact: Contact, command: GitCommand, fine: readonly number[], environment: Readonly<Record<string, string>>): Promise<Result<GitOutput, GitRunFailure>> {
  const secret = command.isRemote === true ? contact.authorization : undefined;
  const result = await withSecretConfiguration(secret === undefined ? undefined : { origin: contact.origin, header: `Authorization: ${secret}` }, settings.cacheDirectory, (more, files) =>
    runProcess({
      file: settings.gitBinary,
      args: command.args,
      cwd: settings.cacheDirectory,
      env: { ...gitEnvironment(settings, command.configuration), ...environment, ...more },
      files,
      ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
      timeoutMs: command.timeoutMs,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...(command.signal === undefined ? {} : { signal: command.signal }),
    }),
  );
  if (result.ok) return ok({ ...result.value, exitCode: 0 });
  const failure = result.error;
  switch (failure.code) {
    case 'PROCESS_NOT_STARTED':
      return err(contact.failure('GIT_CACHE_UNUSABLE', `git could not be started: ${failure.cause}`));
    case 'PROCESS_TIMED_OUT':
      return err(contact.failure('GIT_TIMED_OUT', `no answer within ${failure.timeoutMs} ms`));
    case 'PROCESS_OUTPUT_TOO_LARGE':
      return err(contact.failure('GIT_PROTOCOL_ERROR', `the answer is larger than ${failure.maxOutputBytes} bytes`));
    case 'PROCESS_ABORTED':
      return err(abortFailure(contact, command.signal));
    case 'PROCESS_EXITED': {
      if (failure.exitCode !== null && fine.includes(failure.exitCode)) return ok({ stdout: failure.stdout, stderr: failure.stderr, exitCode: failure.exitCode });
      if (failure.exitCode === null) return err(contact.failure('GIT_CACHE_UNUSABLE', `git was ended by ${failure.signal ?? 'a signal'}`));
      const code = classifyGitStderr(failure.stderr);
      const message = summariseGitStderr(failure.stderr);
      return err(code === 'DAMAGED' ? { code, message: contact.failure('GIT_CACHE_UNUSABLE', message).message } : contact.failure(code, message));
    }
  }
}
