// Says whether compressed data may begin in a run of letters. It is never wrong when it says no.

/** Twelve characters in zlib data are more letters than this. */
const MIN_PACKED_LETTERS = 24

/** The first bytes of gzip data in base64, at each place in a group of three bytes; and of zlib. */
export const BASE64: RegExp = /H4sI|[BRhx][+-]LC(?=[AB])|fi(?=wg)|e(?:A[E-H]|F[4-7]|J[w-z]|N[o-r])/g
export const HEX: RegExp = /1[fF]8[bB]08|78(?:01|5[eE]|9[cC]|[dD][aA])/g
const ANY: RegExp = new RegExp(`${BASE64.source}|${HEX.source}`)

/** The first two letters of each beginning. */
const BEGINNINGS: readonly string[] = ['H4', 'fi', 'eA', 'eF', 'eJ', 'eN', '1f', '1F', '78'].concat(
  [...'BRhx'].flatMap((first) => [`${first}+`, `${first}-`]),
)
const BEGINS: Uint8Array = new Uint8Array(65_536)
for (const pair of BEGINNINGS) BEGINS[(pair.charCodeAt(0) << 8) | pair.charCodeAt(1)] = 1

/** Whether data may begin in the letters from `from` to `to`, which stand on one line. */
export function mayBePacked(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < MIN_PACKED_LETTERS) return false
  for (let at = from; at + 1 < to; at++)
    if (BEGINS[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] === 1 && begins(bytes, at, to))
      return true
  return false
}

function begins(bytes: Uint8Array, from: number, to: number): boolean {
  return ANY.test(String.fromCharCode(...bytes.subarray(from, Math.min(to, from + 6))))
}
