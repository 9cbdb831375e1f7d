import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settingsDocs } from './settings-docs.js';

/** What `npm run gen` makes from the agent: the table of its variables. The argument is the root of the repository. */
const root = process.argv[2];
if (root === undefined) throw new Error('usage: generate.js ROOT');

await writeFile(join(root, 'docs', 'configuration-agent.md'), settingsDocs());
