import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { healthDocs } from './health-docs.js';
import { settingsDocs } from './settings-docs.js';

/** What `npm run gen` makes from the agent: the tables of its variables and of the kinds whose health it knows. The argument is the root of the repository. */
const root = process.argv[2];
if (root === undefined) throw new Error('usage: generate.js ROOT');

await writeFile(join(root, 'docs', 'configuration-agent.md'), settingsDocs());
await writeFile(join(root, 'docs', 'health-kinds.md'), healthDocs());
