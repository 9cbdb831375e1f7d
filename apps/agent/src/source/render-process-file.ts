import { fileURLToPath } from 'node:url';

/** The program of the process that renders, where the bundle of the agent has it beside itself (`scripts/bundle-agent.mjs`). */
export const RENDER_PROCESS = fileURLToPath(new URL('./agent-parts/render-process.mjs', import.meta.url));
