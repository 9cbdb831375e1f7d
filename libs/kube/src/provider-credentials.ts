import { err, ok } from '#kernel';
import type { ClientCertificate, KubeCredentials } from './kube-connection.js';

/**
 * Credentials by program (`exec`) or OIDC, as @kubernetes/client-node gets them. That library is loaded on first use only: it costs
 * memory that an agent with a token or certificate should not pay. Failures name the user entry, never what the program printed.
 */
export function providerCredentials(kubeconfig: string, context: string, user: string): KubeCredentials {
  let loaded: Promise<{ applyToHTTPSOptions(options: Record<string, unknown>): Promise<void> }> | undefined;
  let certificate: ClientCertificate | undefined;
  return {
    kind: 'provider',
    async current() {
      try {
        loaded ??= load(kubeconfig, context);
        const options: Record<string, unknown> = {};
        await (await loaded).applyToHTTPSOptions(options);
        const { cert, key } = options;
        if (cert !== undefined && key !== undefined) {
          const next = { cert: String(cert), key: String(key) };
          if (certificate?.cert !== next.cert || certificate.key !== next.key) certificate = next;
        }
        const authorization = authorizationOf(options['headers']);
        if (authorization === undefined && certificate === undefined) return err({ code: 'CREDENTIALS_UNAVAILABLE', httpStatus: 0, message: `user ${user}: the provider gave no credentials` });
        return ok({ authorization, certificate });
      } catch {
        loaded = undefined;
        return err({ code: 'CREDENTIALS_UNAVAILABLE', httpStatus: 0, message: `user ${user}: the credential program or OIDC provider failed` });
      }
    },
  };
}

async function load(kubeconfig: string, context: string): Promise<{ applyToHTTPSOptions(options: Record<string, unknown>): Promise<void> }> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  config.setCurrentContext(context);
  return { applyToHTTPSOptions: (options) => config.applyToHTTPSOptions(options) };
}

function authorizationOf(headers: unknown): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const entry = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization');
  return typeof entry?.[1] === 'string' ? entry[1] : undefined;
}
