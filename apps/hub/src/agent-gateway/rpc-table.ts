/**
 * Who may call what, by canonical method path. What is not in the table is not served (R7).
 * CLIENT_CERTIFICATE: only over the listener that demands one; the identity is the certificate's. JOIN_TOKEN and SIGNED_NONCE: proof inside the request,
 * bound to a row. NONE: gives nothing away and changes nothing that counts.
 */
export type IdentityRule = 'CLIENT_CERTIFICATE' | 'JOIN_TOKEN' | 'SIGNED_NONCE' | 'NONE';

export const RPC_TABLE: Readonly<Record<string, IdentityRule>> = Object.freeze({
  '/capstan.agent.v1.SessionService/Connect': 'CLIENT_CERTIFICATE',
  '/capstan.agent.v1.SessionService/Renew': 'CLIENT_CERTIFICATE',
  '/capstan.agent.v1.EnrollmentService/Enroll': 'JOIN_TOKEN',
  '/capstan.agent.v1.EnrollmentService/RecoverChallenge': 'NONE',
  '/capstan.agent.v1.EnrollmentService/Recover': 'SIGNED_NONCE',
});

/** The rules that a listener can serve: one without client certificates serves no method that needs one, and the other way about. */
export const LISTENER_RULES: Readonly<Record<'session' | 'enrollment', readonly IdentityRule[]>> = Object.freeze({
  session: ['CLIENT_CERTIFICATE'],
  enrollment: ['JOIN_TOKEN', 'SIGNED_NONCE', 'NONE'],
});

/** Refuses to start with a method that the table lacks or that does not belong to the listener. */
export function assertServable(listener: 'session' | 'enrollment', paths: readonly string[]): void {
  for (const path of paths) {
    const rule = Object.hasOwn(RPC_TABLE, path) ? RPC_TABLE[path] : undefined;
    if (rule === undefined || !LISTENER_RULES[listener].includes(rule)) throw new Error(`${path} has no identity rule for the ${listener} listener`);
  }
}
