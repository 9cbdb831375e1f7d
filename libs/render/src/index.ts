export { createRenderer, type RendererConfig } from './create-renderer.js';
export { Jail, type JailedRun } from './jail.js';
export { createProcessRenderer, type ProcessRendererConfig } from './process/create-process-renderer.js';
export type { ProcessRenderer } from './process/process-renderer.js';
export type { FindProgram } from './render-programs.js';
export { prepareWorkDirectory } from './work-directory.js';
export { RENDER_LIMITS, type ClusterCapabilities, type HelmRequest, type Rendered, type Renderer, type RenderFailure, type RenderFailureCode, type RenderLimits, type RenderRequest, type SourceLocation } from './renderer.js';
