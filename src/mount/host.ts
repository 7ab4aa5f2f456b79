// What a request says its host is, before it becomes part of a URL.

/**
 * Whether a `Host` names a host, and a port at most (RFC 9112 section 3.2). One with a slash or a
 * question mark in it would make another path of the request than the one that everybody else sees.
 */
export function isHost(text: string): boolean {
  return text !== '' && !/[/\\?#@\s]/.test(text) && URL.canParse(`http://${text}`)
}
