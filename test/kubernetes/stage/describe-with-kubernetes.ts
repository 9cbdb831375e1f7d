import { describe, it } from '@jest/globals';
import { realKubernetesAvailable } from '#testing';

const available = await realKubernetesAvailable();

/**
 * A suite that needs real Kubernetes. Without its programs the suite is skipped with one line that says so, which nobody can overlook
 * in the summary; with CI=true it fails instead: a pipeline that silently tests less is worse than a red one.
 */
export function describeWithKubernetes(name: string, suite: () => void): void {
  if (available.ok) {
    suite();
    return;
  }
  const why = `REAL KUBERNETES IS MISSING (${available.error.programs.join(', ')}): ${available.error.hint}`;
  describe(name, () => {
    if (process.env['CI'] === 'true') {
      it(why, () => {
        throw new Error(why);
      });
    } else {
      process.stderr.write(`\n${why}\nSKIPPED: ${name}\n\n`);
      it.skip(why, () => undefined);
    }
  });
}
