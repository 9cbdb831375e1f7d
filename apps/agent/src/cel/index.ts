export { evaluateCel, type CelEvaluator, type CelFailure, type CelOutcome, type CelValue } from './cel.ports.js';
export { openCel } from './open-cel.js';
