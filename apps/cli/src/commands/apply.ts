import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { paste } from '../output/paste.js';
import { explainRemovals } from './explain-removals.js';
import { printWarnings, WARNINGS, type StrategyWarning } from './print-warnings.js';
import { MANIFEST_KINDS, readManifests, type Manifest } from './read-manifests.js';

const UPPER = (value: unknown): unknown => (typeof value === 'string' ? value.toUpperCase() : value);

/** `capstan apply -f FILE`: creates or updates projects, repositories and applications from YAML. All files are read before anything is sent. */
export function applyCommand(context: CommandContext): Command {
  return new Command('apply')
    .description('create or update projects, repositories and applications from YAML')
    .option('-f, --filename <file>', 'a file, or - for standard input; may be given more than once', collect, [])
    .option('--confirm-removals <digest>', 'agree to the removal of exactly the targets that the refusal listed')
    .action(async (options: { readonly filename: readonly string[]; readonly confirmRemovals?: string }) => {
      if (options.filename.length === 0) throw usage('apply which file?', 'capstan apply -f FILE, or -f - for standard input.');
      const manifests: Manifest[] = [];
      for (const file of options.filename) manifests.push(...readManifests(await context.readInput(file), file));
      const ordered = MANIFEST_KINDS.flatMap((kind) => manifests.filter((manifest) => manifest.kind === kind));
      for (const manifest of ordered) context.out(`${await (manifest.kind === 'Project' ? applyProject(context, manifest) : applyOne(context, manifest, options.confirmRemovals))}\n`);
    });
}

interface Applied {
  readonly application?: { readonly version: number } | null;
  readonly repository?: { readonly version: number } | null;
  readonly warnings?: readonly StrategyWarning[];
}

async function applyOne(context: CommandContext, manifest: Manifest, confirmRemovals: string | undefined): Promise<string> {
  const isRepository = manifest.kind === 'Repository';
  const field = isRepository ? 'repository' : 'application';
  const existing = await context.hub.query<Record<string, { readonly version: number } | null>>(
    `query Existing($project: String, $name: String!) { ${field}(project: $project, name: $name) { version } }`,
    { project: manifest.project, name: manifest.name },
    context.signal,
  );
  const version = existing[field]?.version;
  const verb = version === undefined ? 'create' : 'update';
  const name = { project: manifest.project, name: manifest.name };
  const content = isRepository ? repositorySpec(manifest.spec) : { spec: applicationSpec(manifest.spec), ...(version === undefined || confirmRemovals === undefined ? {} : { confirmRemovals }) };
  const mutation = `${verb}${manifest.kind}`;
  const type = `${verb === 'create' ? 'Create' : 'Update'}${manifest.kind}Input`;
  const reference = `${isRepository ? 'repository' : 'app'}/${manifest.name}`;
  const mutated = context.hub.mutate<Applied>(
    `mutation Apply($input: ${type}!) { ${mutation}(input: $input) { ${field} { version } ${isRepository ? '' : WARNINGS} userErrors { code field message hint details } } }`,
    mutation,
    { ...content, ...name, ...(version === undefined ? {} : { version }) },
    context.signal,
    (place) => `${manifest.whereIs(place)}: ${reference}`,
  );
  const payload = await explainRemovals(mutated, paste('apply -f', [manifest.file], {}));
  printWarnings(context, payload.warnings ?? [], `${manifest.where}: ${reference}`);
  const applied = payload.application ?? payload.repository;
  const outcome = version === undefined ? 'created' : applied?.version === version ? 'unchanged' : 'configured';
  return `${reference} ${outcome}`;
}

/** The YAML form writes `type: oci`; the API's enums are upper case. */
function repositorySpec(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...spec, ...('type' in spec ? { type: UPPER(spec['type']) } : {}) };
}

/** Its spec is the whole of a project's rules: what the file does not say goes. */
async function applyProject(context: CommandContext, { name, spec, whereIs }: Manifest): Promise<string> {
  const existing = await context.hub.query<{ readonly project: { readonly version: number } | null }>('query Existing($name: String!) { project(name: $name) { version } }', { name }, context.signal);
  const version = existing.project?.version;
  const verb = version === undefined ? 'create' : 'update';
  const payload = await context.hub.mutate<{ readonly project: { readonly version: number } | null }>(
    `mutation Apply($input: ${version === undefined ? 'CreateProjectInput' : 'UpdateProjectInput'}!) { ${verb}Project(input: $input) { project { version } userErrors { code field message hint details } } }`,
    `${verb}Project`,
    { health: [], ignore: [], maintenanceWindows: [], approvals: { notByAuthor: false }, ...spec, name, ...(version === undefined ? {} : { version }) },
    context.signal,
    (place) => `${whereIs(place)}: project/${name}`,
  );
  return `project/${name} ${version === undefined ? 'created' : payload.project?.version === version ? 'unchanged' : 'configured'}`;
}

/** The YAML form writes `renderer: auto`; the API's enums are upper case. */
function applicationSpec(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const source = spec['source'];
  const sync = spec['sync'];
  return {
    ...spec,
    ...(isMap(source) && 'renderer' in source ? { source: { ...source, renderer: UPPER(source['renderer']) } } : {}),
    ...(isMap(sync) && 'drift' in sync ? { sync: { ...sync, drift: UPPER(sync['drift']) } } : {}),
  };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
