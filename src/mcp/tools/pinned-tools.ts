// Compares the tools of a list with their pins, and pins those that are new. It reads and writes the
// pins for a whole list at once: a store takes as long for one tool as for all.

import type { Binding } from '../../core/binding.ts'
import type { ToolPin, ToolPins } from '../../core/carry/tool-pins.ts'
import { definitionHash, digestOf, judgeDefinition } from '../arguments/approval.ts'
import { rulesOf } from '../placements/rules.ts'
import type { AcceptableTool } from './judge-tool.ts'
import type { ToolRefusal } from './tool-refusal.ts'

/** The pins, and whose they are. */
export interface PinOptions {
  readonly binding: Binding
  readonly pins: ToolPins
  /** Pins are apart for each owner, because lists may differ between principals. */
  readonly owner: string
  /** A tool's name where it is fit to be shown; another text where it is not. */
  readonly sayable: (tool: string) => string
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

interface HashedTool {
  readonly tool: AcceptableTool
  readonly pin: ToolPin
}

/**
 * Gives the tools that may not be used, each with the reason. Where the binding approves of changes,
 * there are no pins.
 */
export async function unpinnedTools(
  tools: readonly AcceptableTool[],
  options: PinOptions,
): Promise<ReadonlyMap<AcceptableTool, ToolRefusal>> {
  const refused = new Map<AcceptableTool, ToolRefusal>()
  const { onChange } = rulesOf(options.binding)
  if (onChange === 'approve' || tools.length === 0) return refused
  const hashed = await hashTools(tools, refused, options)
  try {
    const pinned = await pin(hashed, options)
    const changed: ToolPin[] = []
    for (const { tool, pin: current } of hashed) {
      const verdict = judgeDefinition(pinned.get(current.tool), current.fingerprint, onChange)
      if (verdict === 'new') refused.set(tool, 'pins_full')
      else if (verdict !== 'unchanged') {
        refused.set(tool, 'definition_changed')
        changed.push(current)
      }
    }
    await noteChanges(changed, options)
  } catch {
    // What cannot be compared may have changed.
    for (const tool of tools) refused.set(tool, refused.get(tool) ?? 'pins_unavailable')
  }
  return refused
}

/**
 * Hashes names and definitions. Each hash gives the event loop a turn. A tool whose definition
 * cannot be hashed is refused.
 */
async function hashTools(
  tools: readonly AcceptableTool[],
  refused: Map<AcceptableTool, ToolRefusal>,
  { sayable }: PinOptions,
): Promise<readonly HashedTool[]> {
  const hashed: HashedTool[] = []
  for (const tool of tools) {
    const { listed, budget } = tool
    const fingerprint = await definitionHash(listed, budget)
    if (!fingerprint.ok) {
      refused.set(tool, fingerprint.refusal)
      continue
    }
    const { name } = listed
    const label = sayable(name) === name ? name : ''
    const pinOf = { tool: await digestOf(name), label, fingerprint: fingerprint.value }
    hashed.push({ tool, pin: pinOf })
  }
  return hashed
}

/** Pins what is new, and gives what is pinned then. */
async function pin(
  hashed: readonly HashedTool[],
  { binding: { resource }, pins, owner }: PinOptions,
): Promise<ReadonlyMap<string, string>> {
  const pinned = await pins.read(owner, resource)
  const fresh = hashed.map((one) => one.pin).filter(({ tool }) => !pinned.has(tool))
  if (fresh.length === 0) return pinned
  await pins.add(owner, resource, fresh)
  // Another run or instance may have pinned another definition in the meantime: that one counts.
  return pins.read(owner, resource)
}

async function noteChanges(
  changed: readonly ToolPin[],
  { binding: { resource }, pins, now = Date.now }: PinOptions,
): Promise<void> {
  if (changed.length === 0) return
  await pins.noteChanges(
    resource,
    changed.map((change) => ({ ...change, since: now() })),
  )
}
