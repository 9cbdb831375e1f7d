import type { BuildSchemaOptions } from '@nestjs/graphql';
import { DateTime } from './scalars.js';

/** How decorators become a schema; the same for the running hub and for the printed one. */
export const SCHEMA_OPTIONS: BuildSchemaOptions = { scalarsMap: [{ type: Date, scalar: DateTime }], numberScalarMode: 'integer' };
