import { describe, expect, it } from '@jest/globals';
import { isPublicAddress, reachOf } from './address-reach.js';

describe('isPublicAddress', () => {
  it.each([
    '127.0.0.1', '127.8.8.8', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1', '168.63.129.16',
    '::1', '::', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1', '2001::1', 'fec0::1', 'localhost', '',
  ])('refuses %s', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['8.8.8.8', '140.82.121.4', '172.32.0.1', '2606:50c0:8000::153', '2a01:4f8::1'])('takes %s', (address) => expect(isPublicAddress(address)).toBe(true));
});

describe('reachOf', () => {
  it.each([
    ['10.1.2.3', 'PRIVATE'], ['fd12::1', 'PRIVATE'], ['127.0.0.1', 'LOOPBACK'], ['::1', 'LOOPBACK'], ['0.0.0.0', 'LOOPBACK'], ['::', 'LOOPBACK'], ['::ffff:127.0.0.1', 'LOOPBACK'],
    ['169.254.169.254', 'METADATA'], ['::ffff:169.254.169.254', 'METADATA'], ['fe80::1%eth0', 'METADATA'], ['fd00:ec2::254', 'METADATA'], ['100.100.100.200', 'METADATA'], ['nowhere', 'METADATA'],
  ])('of %s is %s', (address, reach) => expect(reachOf(address)).toBe(reach));
});
