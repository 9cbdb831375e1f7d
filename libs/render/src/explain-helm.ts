import type { Err } from '#kernel';
import type { ChartClosure } from './read-chart-closure.js';
import { refuse } from './render-failures.js';
import type { RenderFailure } from './renderer.js';

const LONGEST_MESSAGE = 1_000;
/** A file of a chart, as templates name it: the chart's name, then the path in it; with line and column where helm knows them. */
const LOCATION = /([A-Za-z0-9][\w.-]*\/[^\s:()"'<>]+)(?::(\d+)(?::\d+)?)?/g;

/** Helm's own words, with paths of the repository for those of the chart, without paths of this machine and without any value. */
export function explainHelm(stderr: string, closure: ChartClosure, directory: string): Err<RenderFailure> {
  const words = closure.valuesFiles
    .reduce((text, file, index) => text.replaceAll(`${directory}/source/${file}`, `values file ${index + 1}`), stderr)
    .replaceAll(`${directory}/source/${closure.into}`, closure.name)
    .replaceAll(directory, '')
    .replace(/^(WARNING|coalesce\.go|walk\.go|level=).*$/gim, '')
    .replace(/^.*msg="?warning.*$/gim, '')
    .replace(/Use --debug flag to render out invalid YAML/g, '')
    .replace(/^\s*Error: /, '');
  const [missing] = /found in Chart\.yaml, but missing in charts\/ directory: .*$/.exec(onOneLine(words)) ?? [];
  if (missing !== undefined) return refuse('DEPENDENCY_NOT_VENDORED', `${missing}: run \`helm dependency build\` in the chart and commit charts/`);
  const first = [...words.matchAll(LOCATION)].find(([, file = '', line]) => line !== undefined && closure.pathOf(file) !== undefined);
  // Values are looked for as helm wrote them: what is put in order first is not found any more.
  const message = onOneLine(hideAround(words, closure).replace(/`[^`]*(`|$)/g, '`...`'));
  return refuse('HELM_FAILED', message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message, first && closure.pathOf(first[1] ?? ''), first && Number(first[2]));
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Names of files are no secrets: values are looked for between them. */
function hideAround(words: string, closure: ChartClosure): string {
  let shown = '';
  let from = 0;
  for (const match of words.matchAll(LOCATION)) {
    const [all, file = ''] = match;
    const path = closure.pathOf(file);
    if (path === undefined) continue;
    shown += closure.secrets.hideIn(words.slice(from, match.index)) + path + all.slice(file.length);
    from = match.index + match[0].length;
  }
  return shown + closure.secrets.hideIn(words.slice(from));
}
