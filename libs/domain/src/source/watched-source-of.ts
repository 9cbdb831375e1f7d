import type { ApplicationSpec } from '../application/application-spec.js';
import { splitSourceFile } from '../application/further-source.js';
import type { WatchedSource } from './compute-source-digest.js';

/** What of a specification the watch set in its own repository follows from: values files of further sources are watched there. Pure. */
export function watchedSourceOf({ source }: Pick<ApplicationSpec, 'source'>): WatchedSource {
  const { path, renderer, watch, helm } = source;
  return { path, renderer, watch, ...(helm === undefined ? {} : { helm: { ...helm, valuesFiles: helm.valuesFiles.filter((file) => splitSourceFile(file) === undefined) } }) };
}
