import { randomBytes } from 'node:crypto';

/** A secret that exists nowhere else in the world, and the forms in which bytes like it travel. */
export interface Canary {
  readonly name: string;
  /** What is entrusted: the unique core among characters that URLs, headers and JSON write differently. */
  readonly secret: string;
  readonly forms: readonly { readonly form: string; readonly bytes: Buffer }[];
}

/** The core has letters and digits alone, so that it is the same in a URL, in JSON and in YAML. */
export function aCanary(name: string): Canary {
  const core = `canary${randomBytes(12).toString('hex')}`;
  return canaryOf(name, `${core}+/%@&"`, Buffer.from(core));
}

/** @param core the bytes that may be found nowhere, long enough to be found by chance nowhere */
export function canaryOf(name: string, secret: string, core: Buffer): Canary {
  if (core.length < 16) throw new Error(`the core of ${name} is too short to be unique`);
  const hex = core.toString('hex');
  const texts = [['hex', hex], ['HEX', hex.toUpperCase()], ...[0, 1, 2].flatMap((offset) => base64Forms(core, offset))] as const;
  return { name, secret, forms: [{ form: 'plain', bytes: core }, ...texts.map(([form = '', text = '']) => ({ form, bytes: Buffer.from(text, 'latin1') }))] };
}

/** The key itself, in every form, and each line of the file in which it comes but for those that all files share. */
export function canaryOfSshKey(name: string, { privateKey, publicKey }: { readonly privateKey: string; readonly publicKey: string }): Canary {
  const [first, ...lines] = privateKey.split('\n').filter((line) => line.length >= 16 && !line.startsWith('-'));
  const file = Buffer.from([first, ...lines].join(''), 'base64');
  const point = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64').subarray(-32);
  const at = file.lastIndexOf(point) - 32; // OpenSSH's form of an Ed25519 key: seed and public point, side by side
  const canary = canaryOf(name, privateKey, file.subarray(at, at + 32));
  return { ...canary, forms: [...canary.forms, ...lines.map((line) => ({ form: 'a line of the file', bytes: Buffer.from(line) }))] };
}

/** Base64 of the core inside something longer: only the characters that its neighbours have no part in. */
function base64Forms(core: Buffer, offset: number): readonly (readonly [string, string])[] {
  const whole = Buffer.concat([Buffer.alloc(offset), core]);
  const from = offset === 0 ? 0 : offset + 1;
  const forms = (['base64', 'base64url'] as const).map((encoding) => [encoding, whole.toString(encoding).slice(from, Math.floor((whole.length * 8) / 6))] as const);
  return forms[0]?.[1] === forms[1]?.[1] ? forms.slice(0, 1) : forms;
}
