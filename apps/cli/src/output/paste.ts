/** Of whom a command is to speak. What is not known is left to the person. */
export interface Whose {
  readonly application?: string | undefined;
  readonly cluster?: string | undefined;
  readonly project?: string | undefined;
  /** Number of the rollout: a command that is pasted later must not reach another one. */
  readonly rollout?: number | undefined;
}

/** A word for a shell: as it is, or quoted where the shell would read it otherwise. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command that can be pasted as it stands, with the project where it is not the default. Pure. */
export function paste(verb: string, parts: readonly string[], { project, rollout }: Pick<Whose, 'project' | 'rollout'>, why?: 'reason' | 'comment'): string {
  const options = [...(project === undefined || project === 'default' ? [] : ['-p', word(project)]), ...(rollout === undefined ? [] : ['-n', String(rollout)]), ...(why === undefined ? [] : [`--${why} '...'`])];
  return ['capstan', verb, ...parts.map(word), ...options].join(' ');
}
