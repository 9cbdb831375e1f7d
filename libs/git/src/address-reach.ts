import { BlockList, isIP } from 'node:net';

/** From where an address can be reached, the widest first. METADATA: what a machine of a cloud is told of itself, credentials included. */
export const REACHES = ['PUBLIC', 'PRIVATE', 'LOOPBACK', 'METADATA'] as const;
export type AddressReach = (typeof REACHES)[number];

const SPECIAL_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
];
/** Only 2000::/3 is handed out for the public Internet; within it, what embeds an IPv4 address or is not routed is no public address either. */
const PUBLIC_IPV6: readonly (readonly [string, number])[] = [['2000::', 3]];
const SPECIAL_IPV6: readonly (readonly [string, number])[] = [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]];
const LOOPBACK_IPV4: readonly (readonly [string, number])[] = [['127.0.0.0', 8], ['0.0.0.0', 8]];
const LOOPBACK_IPV6: readonly (readonly [string, number])[] = [['::', 127]];
/** Link-local, and the addresses of some clouds that are not: of Azure (a public one), of Alibaba, and of AWS and Google in IPv6. */
const METADATA_IPV4: readonly (readonly [string, number])[] = [['169.254.0.0', 16], ['168.63.129.16', 32], ['100.100.100.200', 32]];
const METADATA_IPV6: readonly (readonly [string, number])[] = [['fe80::', 10], ['fd00:ec2::254', 128], ['fd20:ce::254', 128]];

/** What is no address at all counts as METADATA: nobody may go there. An address within IPv6 that stands for one of IPv4 counts as that one. Pure. */
export function reachOf(address: string): AddressReach {
  const family = isIP(address);
  if (family === 0) return 'METADATA';
  const isIn = (list: BlockList): boolean => list.check(address.split('%', 1)[0] ?? '', family === 4 ? 'ipv4' : 'ipv6');
  if (isIn(METADATA)) return 'METADATA';
  if (isIn(LOOPBACK)) return 'LOOPBACK';
  if (isIn(SPECIAL) || address.includes('%')) return 'PRIVATE';
  return family === 4 || isIn(PUBLIC) ? 'PUBLIC' : 'PRIVATE';
}

/** False for every address that is not on the public Internet, or stands for one that is not. Pure. */
export function isPublicAddress(address: string): boolean {
  return reachOf(address) === 'PUBLIC';
}

function blockList(ipv4: readonly (readonly [string, number])[], ipv6: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of ipv4) list.addSubnet(net, prefix, 'ipv4');
  for (const [net, prefix] of ipv6) list.addSubnet(net, prefix, 'ipv6');
  return list;
}

const SPECIAL = blockList(SPECIAL_IPV4, SPECIAL_IPV6);
const PUBLIC = blockList([], PUBLIC_IPV6);
const LOOPBACK = blockList(LOOPBACK_IPV4, LOOPBACK_IPV6);
const METADATA = blockList(METADATA_IPV4, METADATA_IPV6);
