export { InitialSchema1732233600000 } from './1732233600000-initial-schema.js';
