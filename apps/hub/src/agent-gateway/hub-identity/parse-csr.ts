import 'reflect-metadata'; // @peculiar/x509 resolves its algorithms by it
import { err, ok, type Result } from '#kernel';
import * as x509 from '@peculiar/x509';

export interface CsrFailure {
  readonly code: 'CSR_REFUSED';
  readonly why: 'TOO_LARGE' | 'UNREADABLE' | 'KEY_TYPE' | 'SIGNATURE';
}

const MAX_CSR_BYTES = 4096;

/** The public key of a CSR (PKCS#10, DER) whose owner proved to hold it. Its subject and extensions are not even looked at. */
export async function parseCsr(der: Uint8Array): Promise<Result<x509.PublicKey, CsrFailure>> {
  if (der.length > MAX_CSR_BYTES) return err({ code: 'CSR_REFUSED', why: 'TOO_LARGE' });
  try {
    const request = new x509.Pkcs10CertificateRequest(new Uint8Array(der));
    const algorithm = request.publicKey.algorithm;
    if (algorithm.name !== 'ECDSA' || !('namedCurve' in algorithm) || algorithm.namedCurve !== 'P-256') return err({ code: 'CSR_REFUSED', why: 'KEY_TYPE' });
    return (await request.verify()) ? ok(request.publicKey) : err({ code: 'CSR_REFUSED', why: 'SIGNATURE' });
  } catch {
    return err({ code: 'CSR_REFUSED', why: 'UNREADABLE' });
  }
}
