export { ProjectType, toProjectType } from './projects.graphql.js';
export { ProjectsModule } from './projects.module.js';
export { ProjectReadModel, type Project } from './projects.read-model.js';
