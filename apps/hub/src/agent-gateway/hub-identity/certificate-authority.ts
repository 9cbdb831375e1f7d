import 'reflect-metadata'; // @peculiar/x509 resolves its algorithms by it
import { digestOf, type Clock, type Random } from '#kernel';
import type { ClusterId, HubId } from '#domain';
import { CERTIFICATE_BACKDATE_MS, clusterUri } from '#wire';
import * as x509 from '@peculiar/x509';
import { isIP } from 'node:net';
import { webcrypto } from 'node:crypto';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const CA_LIFETIME_MS = 20 * 365 * DAY_MS;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** A certificate as it is recorded. */
export interface IssuedCertificate {
  /** DER. */
  readonly der: Uint8Array;
  /** Hex, lower case, as Node reports it in peer certificates. */
  readonly serial: string;
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface ServerKeyPair {
  /** PEM: leaf, then the CA, so that who knows only the CA's hash can fetch and compare it. */
  readonly certificateChainPem: string;
  readonly privateKeyPem: string;
}

export interface NewAuthority {
  /** DER. */
  readonly certificate: Uint8Array;
  /** PKCS#8, DER: to be sealed at once. */
  readonly privateKey: Uint8Array;
}

/** Makes the key and certificate of a new hub's authority (ECDSA P-256). */
export async function newAuthority(hub: HubId, clock: Clock, random: Random): Promise<NewAuthority> {
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const now = clock.now().getTime();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(random),
    subject: `CN=Capstan hub ${hub}`,
    issuer: `CN=Capstan hub ${hub}`,
    notBefore: wholeSeconds(now - CERTIFICATE_BACKDATE_MS),
    notAfter: wholeSeconds(now + CA_LIFETIME_MS),
    signingAlgorithm: SIGNING,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: new Uint8Array(certificate.rawData), privateKey: new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)) };
}

/** The hub's certificate authority: signs the hub's own server certificates and the certificates of agents. Nothing of a CSR but its key counts. */
export class CertificateAuthority {
  private constructor(
    readonly hub: HubId,
    private readonly certificate: x509.X509Certificate,
    private readonly key: webcrypto.CryptoKey,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** @throws when key and certificate do not belong together. */
  static async open(hub: HubId, authority: NewAuthority, clock: Clock, random: Random): Promise<CertificateAuthority> {
    const key = await webcrypto.subtle.importKey('pkcs8', authority.privateKey, P256, false, ['sign']);
    const certificate = new x509.X509Certificate(new Uint8Array(authority.certificate));
    const probe = new TextEncoder().encode('capstan');
    const signature = await webcrypto.subtle.sign(SIGNING, key, probe);
    const isPair = await webcrypto.subtle.verify(SIGNING, await certificate.publicKey.export(P256, ['verify']), signature, probe);
    if (!isPair) throw new Error('the CA key does not belong to the CA certificate');
    return new CertificateAuthority(hub, certificate, key, clock, random);
  }

  get caPem(): string {
    return this.certificate.toString('pem');
  }

  get caDer(): Uint8Array {
    return new Uint8Array(this.certificate.rawData);
  }

  /** SHA-256 over the CA's public key (SubjectPublicKeyInfo), what `CAPSTAN_HUB_CA_HASH` holds: `sha256:<hex>`. */
  get caHash(): string {
    return digestOf(new Uint8Array(this.certificate.publicKey.rawData));
  }

  /** A client certificate for one cluster: exactly one URI, the key of the CSR, nothing else of it. */
  async issueClient(cluster: ClusterId, publicKey: x509.PublicKey, ttlMs: number): Promise<IssuedCertificate> {
    return this.issue('CN=Capstan agent', publicKey, ttlMs, CLIENT_AUTH, [{ type: 'url', value: clusterUri(this.hub, cluster) }]);
  }

  /** A fresh key and server certificate for the names that agents connect to. */
  async issueServer(names: readonly string[], ttlMs: number): Promise<ServerKeyPair> {
    const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const altNames = [...new Set(names)].map((name): x509.JsonGeneralName => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name }));
    const issued = await this.issue('CN=Capstan hub', await x509.PublicKey.create(keys.publicKey), ttlMs, SERVER_AUTH, altNames);
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      certificateChainPem: `${new x509.X509Certificate(new Uint8Array(issued.der)).toString('pem')}\n${this.caPem}\n`,
      privateKeyPem: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    };
  }

  private async issue(subject: string, publicKey: x509.PublicKey, ttlMs: number, usage: string, altNames: x509.JsonGeneralNames): Promise<IssuedCertificate> {
    const now = this.clock.now().getTime();
    const notBefore = wholeSeconds(now - CERTIFICATE_BACKDATE_MS);
    const notAfter = wholeSeconds(now + ttlMs);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: newSerial(this.random),
      subject,
      issuer: this.certificate.subject,
      notBefore,
      notAfter,
      signingAlgorithm: SIGNING,
      publicKey,
      signingKey: this.key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage], true),
        new x509.SubjectAlternativeNameExtension(altNames, false),
        await x509.AuthorityKeyIdentifierExtension.create(this.certificate.publicKey),
      ],
    });
    const der = new Uint8Array(certificate.rawData);
    return { der, serial: certificate.serialNumber.toLowerCase(), fingerprint: digestOf(der), publicKey: new Uint8Array(publicKey.rawData), notBefore, notAfter };
  }
}

/** 128 random bits, positive and without a leading zero byte, so that every side writes it the same way. */
function newSerial(random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function wholeSeconds(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}
