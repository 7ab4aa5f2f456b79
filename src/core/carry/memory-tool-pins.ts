// The reference pins: keeps them in this process's memory. People who see the same tools share what
// is kept of them, so a person costs little more than a name.

import { MAX_CHANGES, MAX_PINS, type ToolChange, type ToolPin, type ToolPins } from './tool-pins.ts'

/**
 * Pins of one server that differ between people, in all. A server that shows each person other
 * tools would fill the memory. Beyond this, its new tools are refused, and those of no other server.
 */
const MAX_PINS_OF_A_SERVER = 200_000

/** Some pins in the order in which they were made: one more pin than `before`. */
interface PinChain {
  readonly before: PinChain | undefined
  readonly pin: ToolPin | undefined
  readonly length: number
  /** The chains with one more pin, by that pin. */
  readonly next: Map<string, PinChain>
}

/** What is kept of one server. */
interface ServerPins {
  readonly owners: Map<string, PinChain>
  readonly start: PinChain
  readonly changes: Map<string, ToolChange>
  /** Chains that were made. */
  made: number
}

/** Makes pins in memory: for tests, and where a restart may forget the definitions of tools. */
export function memoryToolPins(): ToolPins {
  const servers = new Map<string, ServerPins>()
  const serverOf = (resource: string): ServerPins => {
    const server = servers.get(resource) ?? emptyServer()
    servers.set(resource, server)
    return server
  }
  return {
    async read(owner, resource): Promise<ReadonlyMap<string, string>> {
      return pinsIn(servers.get(resource)?.owners.get(owner))
    },
    async add(owner, resource, pins): Promise<void> {
      const server = serverOf(resource)
      let chain = server.owners.get(owner) ?? server.start
      const pinned = new Set(pinsIn(chain).keys())
      for (const pin of pins) {
        if (pinned.has(pin.tool) || chain.length >= MAX_PINS) continue
        const longer = chainWith(server, chain, pin)
        if (!longer) break
        pinned.add(pin.tool)
        chain = longer
      }
      server.owners.set(owner, chain)
    },
    async noteChanges(resource, changes): Promise<void> {
      const noted = serverOf(resource).changes
      for (const change of changes) {
        const key = `${change.tool} ${change.fingerprint}`
        if (noted.size < MAX_CHANGES && !noted.has(key)) noted.set(key, change)
      }
    },
  }
}

/** The fingerprints in a chain, by tool. */
function pinsIn(chain: PinChain | undefined): ReadonlyMap<string, string> {
  const pins = new Map<string, string>()
  for (let at = chain; at?.pin; at = at.before) pins.set(at.pin.tool, at.pin.fingerprint)
  return pins
}

function emptyServer(): ServerPins {
  const start: PinChain = { before: undefined, pin: undefined, length: 0, next: new Map() }
  return { owners: new Map(), start, changes: new Map(), made: 0 }
}

/** The chain with one more pin; undefined when the server has used up its place. */
function chainWith(server: ServerPins, before: PinChain, pin: ToolPin): PinChain | undefined {
  const key = `${pin.tool} ${pin.fingerprint}`
  const known = before.next.get(key)
  if (known || server.made >= MAX_PINS_OF_A_SERVER) return known
  const chain = { before, pin, length: before.length + 1, next: new Map() }
  before.next.set(key, chain)
  server.made++
  return chain
}
