import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { KeyObject, webcrypto } from 'node:crypto';
import 'reflect-metadata';

/** A certificate for localhost that is its own authority. */
export async function selfSigned(): Promise<{ readonly key: string; readonly cert: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=localhost', keys, signingAlgorithm: algorithm, notBefore: new Date('2020-01-01'), notAfter: new Date('2099-01-01'),
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]), new BasicConstraintsExtension(true)],
    },
    webcrypto,
  );
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, cert: certificate.toString('pem') };
}
