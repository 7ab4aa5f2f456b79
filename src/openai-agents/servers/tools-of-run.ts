// The tools of all servers of one run, under the names by which the model knows them, and the tools
// that are left out.

import type { AgentEvent } from '../../agent/events.ts'
import type { AgentCaller } from '../options.ts'
import { toolsEvent } from './missing.ts'
import type { OpenServer } from './open-server.ts'
import type { ServerOfRun } from './open-servers.ts'
import { nameTools, type ToolOfServer } from './tool-names.ts'
import { type SortedTools, sortTools, type UnusableTool, type UsableTool } from './usable-tools.ts'

/** A tool, and the server that it is called at. */
export interface ToolOfRun extends ToolOfServer {
  readonly usable: UsableTool
  readonly open: OpenServer
}

/** What the model can call. */
export interface ToolsOfRun {
  /** The tools by their names for the model. */
  readonly tools: ReadonlyMap<string, ToolOfRun>
  /** What the person is told of tools that are left out: one event for each server. */
  readonly leftOut: readonly AgentEvent[]
}

/** Providers take so many tools. */
const MAX_TOOLS = 128

/**
 * Sorts and names the tools of the open servers, and tells the operator what is left out.
 *
 * @param taken The names of the page's tools.
 * @param kept The names under which calls were approved.
 */
export function toolsOfRun(
  servers: readonly ServerOfRun[],
  taken: readonly string[],
  kept: ReadonlyMap<string, ToolOfServer>,
  caller: AgentCaller,
): ToolsOfRun {
  const sorted = new Map(servers.map((server) => [server, sortedTools(server)]))
  const places = placesFor(sorted, MAX_TOOLS - taken.length)
  const leftOut: AgentEvent[] = []
  const offered = servers.map((server) => {
    const { usable, unusable, unknown } = sorted.get(server) ?? NONE
    const some = usable.slice(0, places.get(server) ?? 0)
    const many = usable.slice(some.length).map(({ name }): UnusableTool => ({ name, ...TOO_MANY }))
    const missing = [...unusable, ...many]
    note(server, missing, unknown, caller)
    const all = [...takenOutOf(server), ...missing, ...pagesMissing(server)]
    if (all.length > 0) leftOut.push(toolsEvent(server.settings.name, all))
    return { server, usable: some }
  })
  const names = nameTools(
    offered.map(({ server: { settings }, usable }) => ({
      name: settings.name,
      prefix: settings.prefix,
      tools: usable.map(({ name }) => name),
    })),
    taken,
    kept,
  )
  const byOwner = new Map(
    offered.flatMap(({ server, usable }) =>
      usable.map((tool) => [keyOf(server.settings.name, tool.name), { server, tool }] as const),
    ),
  )
  const tools = new Map<string, ToolOfRun>()
  for (const [name, owner] of names) {
    const found = byOwner.get(keyOf(owner.server, owner.tool))
    if (found) tools.set(name, { ...owner, usable: found.tool, open: found.server.open })
  }
  return { tools, leftOut }
}

const NONE: SortedTools = { usable: [], unusable: [], unknown: [] }
const TOO_MANY = { why: 'there are more tools than a model takes', detail: 'list_too_large' }

function sortedTools({ open, settings }: ServerOfRun): SortedTools {
  return sortTools(open.entries, settings.tools ?? {})
}

/** Tools that were taken out before, as far as the operator lets the model have them. */
function takenOutOf({ takenOut, settings: { tools } }: ServerOfRun): readonly UnusableTool[] {
  return takenOut.filter(
    ({ name }) => tools?.deny?.includes(name) !== true && (tools?.allow?.includes(name) ?? true),
  )
}

function pagesMissing({ open }: ServerOfRun): readonly UnusableTool[] {
  return open.isWhole
    ? []
    : [
        {
          name: 'further tools',
          why: 'the rest of the list did not come',
          detail: 'list_incomplete',
        },
      ]
}

function note(
  { settings: { name: server }, open }: ServerOfRun,
  missing: readonly UnusableTool[],
  unknown: readonly string[],
  caller: AgentCaller,
): void {
  const reason = 'tool_refused'
  for (const { name: tool, detail } of missing)
    caller.noteLeftOut?.({ server, tool, reason, detail })
  for (const tool of unknown)
    caller.noteLeftOut?.({ server, tool, reason, detail: 'allowed_but_not_listed' })
  if (!open.isWhole) caller.noteLeftOut?.({ server, reason, detail: 'list_incomplete' })
}

/** How many tools each server may bring. A long list does not take the place of short ones. */
function placesFor(
  sorted: ReadonlyMap<ServerOfRun, SortedTools>,
  most: number,
): ReadonlyMap<ServerOfRun, number> {
  const places = new Map<ServerOfRun, number>()
  const shortFirst = [...sorted].sort(([, a], [, b]) => a.usable.length - b.usable.length)
  let left = Math.max(0, most)
  shortFirst.forEach(([server, { usable }], index) => {
    const share = Math.min(usable.length, Math.floor(left / (shortFirst.length - index)))
    places.set(server, share)
    left -= share
  })
  return places
}

function keyOf(server: string, tool: string): string {
  return JSON.stringify([server, tool])
}
