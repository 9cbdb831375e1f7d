import { describe, it } from '@jest/globals';
import { describeOnStage, type PromiseTest } from '../stage/describe-on-stage.js';
import type { StageRequest } from '../stage/stage.js';
import { fetchModules } from './fetch-modules.js';
import { MODULES } from './modules.js';

const fetched = await fetchModules(Object.values(MODULES));

/** A suite that needs public manifests. Where they cannot be fetched it is skipped with a line that says so; with CI=true it fails. */
export function describeWithManifests(name: string, request: StageRequest, suite: (promise: PromiseTest) => void): void {
  if (fetched.ok) {
    describeOnStage(name, request, suite);
    return;
  }
  const why = `PUBLIC MANIFESTS ARE MISSING: ${fetched.error}: they come with Go from its module proxy, once`;
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
