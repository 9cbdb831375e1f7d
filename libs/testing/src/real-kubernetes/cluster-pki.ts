import 'reflect-metadata';
import { BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension, X509CertificateGenerator, type X509Certificate } from '@peculiar/x509';
import { generateKeyPairSync, webcrypto } from 'node:crypto';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** Certificates of one throw-away control plane. */
export interface ClusterPki {
  readonly caPem: string;
  readonly server: PemPair;
  /** Keys with which ServiceAccount tokens are signed and checked. */
  readonly serviceAccountKeys: { readonly publicPem: string; readonly privatePem: string };
  client(user: string, groups: readonly string[]): Promise<PemPair>;
}

/** A fresh CA with a server certificate for loopback and the in-cluster names. Valid from yesterday for a week. */
export async function createClusterPki(serviceIp: string): Promise<ClusterPki> {
  const notBefore = new Date(Date.now() - DAY_MS);
  const notAfter = new Date(Date.now() + 7 * DAY_MS);
  const caKeys = await generateKeys();
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=capstan-test-kubernetes', notBefore, notAfter, keys: caKeys, signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)],
  });
  const issue = async (subject: { [key: string]: string[] }[], usage: ExtendedKeyUsage, names: { type: 'dns' | 'ip'; value: string }[]): Promise<PemPair> => {
    const keys = await generateKeys();
    const cert: X509Certificate = await X509CertificateGenerator.create({
      subject, issuer: ca.subject, notBefore, notAfter, publicKey: keys.publicKey, signingKey: caKeys.privateKey, signingAlgorithm: ALGORITHM,
      extensions: [new ExtendedKeyUsageExtension([usage]), ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)])],
    });
    return { cert: cert.toString('pem'), key: await privatePem(keys.privateKey) };
  };
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map((value) => ({ type: 'dns' as const, value }));
  const addresses = ['127.0.0.1', serviceIp].map((value) => ({ type: 'ip' as const, value }));
  const serviceAccount = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'sec1', format: 'pem' } });
  return {
    caPem: ca.toString('pem'),
    server: await issue([{ CN: ['kube-apiserver'] }], ExtendedKeyUsage.serverAuth, [...names, ...addresses]),
    serviceAccountKeys: { publicPem: serviceAccount.publicKey, privatePem: serviceAccount.privateKey },
    client: (user, groups) => issue([...groups.map((group) => ({ O: [group] })), { CN: [user] }], ExtendedKeyUsage.clientAuth, []),
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}
