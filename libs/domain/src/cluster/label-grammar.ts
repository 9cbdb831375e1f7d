const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with a label key by Kubernetes' rules (an optional DNS subdomain and `/`, then a name of up to 63 characters), or undefined. */
export function labelKeyProblem(key: string): string | undefined {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && (prefix.length > 253 || !SUBDOMAIN.test(prefix))) return 'the part before "/" is a DNS name of up to 253 characters';
  if (name.length === 0) return 'the name is missing';
  if (name.length > 63) return 'the name has at most 63 characters';
  return NAME.test(name) ? undefined : 'the name has letters, digits, "-", "_" and ".", and begins and ends with a letter or digit';
}

/** What is wrong with a label value by Kubernetes' rules (empty, or up to 63 characters), or undefined. */
export function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return 'a label value has at most 63 characters';
  return value === '' || NAME.test(value) ? undefined : 'a label value has letters, digits, "-", "_" and ".", and begins and ends with a letter or digit';
}
