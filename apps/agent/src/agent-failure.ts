/** Why an agent cannot go on by itself. The process ends with it: a person must act, and a restart finds the same. */
export class AgentFailure extends Error {
  constructor(
    readonly code: 'OTHER_HUB' | 'IDENTITY_UNREADABLE' | 'STATE_UNREADABLE' | 'UNEXPECTED',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
