import type { KubeObject } from '#domain';
import { createClusterPki, freePorts } from '#testing';
import { createServer, type Server } from 'node:https';

/** What it does with a question: never answers, or says no. */
export type Unkindness = 'SILENT' | 'DENIES';

export interface AskedAbout {
  /** Of the configuration and, below `example.com`, of the webhook. */
  readonly name: string;
  /** ConfigMaps that carry this label as `true`. */
  readonly label: string;
  readonly failurePolicy?: 'Fail' | 'Ignore';
  readonly timeoutSeconds?: number;
}

/** A webhook on loopback that does harm: its handshake is good, what comes after is not. */
export class UnkindWebhook {
  private constructor(
    private readonly server: Server,
    private readonly port: number,
    private readonly caPem: string,
  ) {}

  static async start(how: Unkindness): Promise<UnkindWebhook> {
    const pki = await createClusterPki('127.0.0.1');
    const [port = 0] = await freePorts(1);
    const server = createServer(pki.server, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (how === 'SILENT') return;
        const { request: asked }: { readonly request: { readonly uid: string } } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: asked.uid, allowed: false, status: { message: 'not on a Friday' } } }));
      });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new UnkindWebhook(server, port, pki.caPem);
  }

  /** Where the API server finds it. */
  get clientConfig(): { readonly url: string; readonly caBundle: string } {
    return { url: `https://127.0.0.1:${this.port}/`, caBundle: Buffer.from(this.caPem).toString('base64') };
  }

  /** The configuration that makes the API server ask it before it takes what carries the label. */
  configuration({ name, label, failurePolicy = 'Fail', timeoutSeconds = 10 }: AskedAbout): KubeObject {
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name },
      webhooks: [
        {
          name: `${name}.example.com`, clientConfig: this.clientConfig, failurePolicy, timeoutSeconds, sideEffects: 'None', admissionReviewVersions: ['v1'],
          rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE', 'UPDATE'] }], objectSelector: { matchLabels: { [label]: 'true' } },
        },
      ],
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
