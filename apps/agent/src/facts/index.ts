export { ClusterFacts } from './cluster-facts.js';
