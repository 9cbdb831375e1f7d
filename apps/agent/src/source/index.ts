export { openSource, type OpenSource, type SourceSettings } from './open-source.js';
