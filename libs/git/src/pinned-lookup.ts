import { isIP, type LookupFunction } from 'node:net';

/** Options of a request that connects to the addresses that were checked: DNS is not asked again, and no connection of before is used, wherever it leads. */
export function pinnedTo(addresses: readonly string[]): { readonly agent: false; readonly lookup: LookupFunction } {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return {
    agent: false,
    lookup(_host, options, callback) {
      const [first] = all;
      if (first === undefined) callback(new Error('no address is allowed'), '');
      else if (options.all === true) callback(null, all);
      else callback(null, first.address, first.family);
    },
  };
}
