// Decides which IP addresses belong to the public internet. An IPv6 address outside the public
// range is refused, so that a range which nobody thought of stays closed.

import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** IPv4 ranges outside the public internet (RFC 6890 and its registry). */
const CLOSED_IPV4: readonly (readonly [network: string, prefix: number])[] = [
  // "This network": 0.0.0.0 reaches the local machine on Linux and macOS.
  ['0.0.0.0', 8],
  // Private (RFC 1918).
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  // Carrier-grade NAT (RFC 6598). One cloud has its metadata service here.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, with the metadata services of most clouds.
  ['169.254.0.0', 16],
  // Protocol assignments, documentation, relays to IPv6, benchmarks.
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // A public address that one cloud routes to the host of its virtual machines.
  ['168.63.129.16', 32],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/**
 * Ranges of 2000::/3 outside the public internet. Tunnels and translations lead to addresses that
 * nobody checked.
 */
const CLOSED_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  // Protocol assignments: Teredo, benchmarks, ORCHID.
  ['2001::', 23],
  // Documentation.
  ['2001:db8::', 32],
  ['3fff::', 20],
  // 6to4: it contains an IPv4 address.
  ['2002::', 16],
]

const closedIpv4 = listOf(CLOSED_IPV4, 'ipv4')
const closedIpv6 = listOf(CLOSED_IPV6, 'ipv6')
/**
 * Global unicast. Mapped, translated (NAT64), unique local, link-local and multicast addresses are
 * outside.
 */
const unicastIpv6 = listOf([['2000::', 3]], 'ipv6')
const loopbackIpv4 = listOf([['127.0.0.0', 8]], 'ipv4')

/**
 * Whether a text is an IP address of the public internet, as a resolver or a parsed URL spells it.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !closedIpv4.check(address, 'ipv4')
  // Only link-local addresses have a zone ("%eth0").
  if (!isIPv6(address) || address.includes('%')) return false
  return unicastIpv6.check(address, 'ipv6') && !closedIpv6.check(address, 'ipv6')
}

/** Whether an IP address is this machine's loopback. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (isIPv4(address) && loopbackIpv4.check(address, 'ipv4'))
}

function listOf(
  ranges: readonly (readonly [string, number])[],
  family: 'ipv4' | 'ipv6',
): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family)
  return list
}
