// The pins of tools over any SQL database.

import type {
  PinnedServer,
  SeenChange,
  ToolPinReview,
  ToolPins,
} from '../../core/carry/tool-pins.ts'
import { EVERYONE } from '../statements/everyone.ts'
import type { PinStatements } from '../statements/pin-statements.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'

/** The pins over an open database, and their review. */
export function sqlToolPins(database: SqlDatabase, run: PinStatements): ToolPins & ToolPinReview {
  return {
    async read(owner, resource): Promise<ReadonlyMap<string, string>> {
      const rows = await database.all(run.read, { owner, resource })
      const [approved, own] = [true, false].map((isApproved) =>
        rows.filter((row) => (row.owner === EVERYONE) === isApproved),
      )
      // The later entry counts.
      return new Map(
        [...(own ?? []), ...(approved ?? [])].map(({ tool, fingerprint }) => [tool, fingerprint]),
      )
    },
    async add(owner, resource, pins): Promise<void> {
      await database.commit(pins.map((pin) => step(run.add, { owner, resource, ...pin })))
    },
    async noteChanges(resource, changes): Promise<void> {
      await database.commit(changes.map((change) => step(run.note, { resource, ...change })))
    },
    servers: (): Promise<readonly PinnedServer[]> => database.all(run.servers, {}),
    changes: (): Promise<readonly SeenChange[]> => database.all(run.changes, {}),
    async approve(resource, tool, fingerprint): Promise<boolean> {
      const changed = await database.commit([
        step(run.dropApproval, { resource, tool }),
        step(run.approve, { resource, tool, fingerprint }, 1),
        step(run.dropChangesOfTool, { resource, tool }),
      ])
      return changed !== undefined
    },
    async clear(resource, tool): Promise<number> {
      const changed = await database.commit(
        tool === undefined
          ? [step(run.dropPins, { resource }), step(run.dropChanges, { resource })]
          : [
              step(run.dropPinsOfTool, { resource, tool }),
              step(run.dropChangesOfTool, { resource, tool }),
            ],
      )
      return changed?.[0] ?? 0
    },
  }
}
