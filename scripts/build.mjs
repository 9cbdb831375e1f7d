/** `npm run build`: installs if needed and builds dist anew. */
import { build, ensureInstalled, say } from './setup.mjs';

try {
  await ensureInstalled();
  await build();
} catch (error) {
  say(`build: ${error.message}`);
  process.exitCode = 1;
}
