import { Module } from '@nestjs/common';
import { ORDER_SIGNING_KEY } from '../features/planner/index.js';
import { SignerModule } from './signer.module.js';
import { SIGNER } from './wiring-tokens.js';

/** The key that the planner signs orders with. */
@Module({ imports: [SignerModule], providers: [{ provide: ORDER_SIGNING_KEY, useExisting: SIGNER }], exports: [ORDER_SIGNING_KEY] })
export class PlannerPortsModule {}
