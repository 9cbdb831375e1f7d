import type { Result } from '#kernel';
import type { KubeFailure } from './kube-failure.js';

/** A client certificate with its key, both PEM. The same certificate is the same object, so that connections can be kept. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CredentialsNow {
  /** The whole value of the Authorization header. */
  readonly authorization?: string | undefined;
  readonly certificate?: ClientCertificate | undefined;
}

/** Who we are to the API server. Asked before every request; holds its secrets in closures, so that printing a connection prints none. */
export interface KubeCredentials {
  readonly kind: 'anonymous' | 'token' | 'token-file' | 'client-certificate' | 'provider';
  current(signal?: AbortSignal): Promise<Result<CredentialsNow, KubeFailure>>;
}

/** An API server, how to trust it, and who we are to it. */
export interface KubeConnection {
  /** `https://host:port` with an optional path; `http:` only to a loopback address. */
  readonly server: string;
  /** PEM. Absent: the system's certificate authorities. */
  readonly caPem?: string | undefined;
  /** The name to verify instead of the host of `server`. */
  readonly tlsServerName?: string | undefined;
  readonly credentials: KubeCredentials;
  /** The namespace of the context, or of the pod. */
  readonly namespace?: string | undefined;
}
