import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AgentRequests } from '../agent-gateway/index.js';
import { AGENT_OBJECTS } from '../features/targets/index.js';

/** Questions about targets go to agents over the gateway's lane of requests. */
@Module({})
export class AgentObjectsModule {
  /** @param gateway module that exports AgentRequests */
  static forRoot(gateway: Type | DynamicModule): DynamicModule {
    return { module: AgentObjectsModule, imports: [gateway], providers: [{ provide: AGENT_OBJECTS, useExisting: AgentRequests }], exports: [AGENT_OBJECTS] };
  }
}
