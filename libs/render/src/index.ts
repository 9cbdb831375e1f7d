export { createRenderer, type RendererConfig } from './create-renderer.js';
export { Jail, type JailedRun } from './jail.js';
export { RENDER_LIMITS, type ClusterCapabilities, type HelmRequest, type Rendered, type Renderer, type RenderFailure, type RenderFailureCode, type RenderLimits, type RenderRequest, type SourceLocation } from './renderer.js';
