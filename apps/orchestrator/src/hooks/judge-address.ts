import ipaddr from 'ipaddr.js';

const globalIpv6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/**
 * Whether an IP address belongs to the public internet: no network of one's own, no machine of one's own, none of the ranges that stand for
 * an IPv4 address within an IPv6 one.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  // What the library has no name for it calls unicast too; the internet is in 2000::/3 alone.
  return address instanceof ipaddr.IPv4 || address.match(globalIpv6);
}
