/** Where `npm run tools` put a program, or where the machine has it. @throws when it is not there. */
export async function toolPath(program: 'kustomize' | 'helm'): Promise<string> {
  const { findTool }: { findTool(name: string): string | undefined } = await import('../../../scripts/tools.mjs' as string);
  const found = findTool(program);
  if (found === undefined) throw new Error(`${program} is missing: npm run tools -- ${program}`);
  return found;
}
