import { loadFindTool } from './real-kubernetes/kubernetes-programs.js';

/** The path of a program that tests run. @throws with the way to get it */
export async function testTool(program: 'helm' | 'registry', group: string = program): Promise<string> {
  const found = (await loadFindTool())(program);
  if (found === undefined) throw new Error(`${program} is missing: npm run tools -- ${group}`);
  return found;
}
