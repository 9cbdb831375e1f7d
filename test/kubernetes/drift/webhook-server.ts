import type { Json } from '#kernel';
import type { KubeObject } from '#domain';
import { createClusterPki, freePorts } from '#testing';
import { createServer, type Server } from 'node:https';

/** A change of RFC 6902. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: Json;
}

interface Review {
  readonly request: { readonly uid: string; readonly object: KubeObject };
}

/** A mutating webhook on loopback, as a service mesh or a registry mirror runs one. */
export class WebhookServer {
  private constructor(
    private readonly server: Server,
    private readonly port: number,
    private readonly caPem: string,
  ) {}

  /** @param mutate what it changes of an object that is created or updated */
  static async start(mutate: (object: KubeObject) => readonly PatchOperation[]): Promise<WebhookServer> {
    const pki = await createClusterPki('127.0.0.1');
    const [port = 0] = await freePorts(1);
    const server = createServer(pki.server, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { request: asked }: Review = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        const patch = Buffer.from(JSON.stringify(mutate(asked.object))).toString('base64');
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: asked.uid, allowed: true, patchType: 'JSONPatch', patch } }));
      });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new WebhookServer(server, port, pki.caPem);
  }

  /** The configuration that makes the API server ask it about one resource where objects carry a label. */
  configuration(name: string, rule: { readonly group: string; readonly version: string; readonly resource: string }, labels: Readonly<Record<string, string>>): KubeObject {
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name },
      webhooks: [
        {
          name: `${name}.example.com`,
          clientConfig: { url: `https://127.0.0.1:${this.port}/`, caBundle: Buffer.from(this.caPem).toString('base64') },
          rules: [{ apiGroups: [rule.group], apiVersions: [rule.version], resources: [rule.resource], operations: ['CREATE', 'UPDATE'] }],
          objectSelector: { matchLabels: labels },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          failurePolicy: 'Fail',
        },
      ],
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
