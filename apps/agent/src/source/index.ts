export { openSource, type OpenSource, type SourceSettings } from './open-source.js';
export { RENDER_PROCESS } from './render-process-file.js';
