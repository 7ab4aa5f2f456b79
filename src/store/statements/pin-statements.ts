// The statements of the pins of tools.

import { type Expression, type Kysely, type SqlBool, sql } from 'kysely'
import {
  MAX_CHANGES,
  MAX_PINS,
  type PinnedServer,
  type SeenChange,
} from '../../core/carry/tool-pins.ts'
import { place, statement } from './compile.ts'
import { EVERYONE } from './everyone.ts'
import type { Statement } from './statement.ts'

interface PinColumns {
  readonly resource: string
  /** A digest of the tool's name. */
  readonly tool: string
  /** The tool's name where it may be shown; else empty. */
  readonly label: string
  readonly fingerprint: string
}

/** The tables, as the migrations make them. */
export interface PinTables {
  /** A row with the owner {@link EVERYONE} is an approval. */
  readonly tool_pin: PinColumns & { readonly owner: string }
  readonly tool_change: PinColumns & { readonly seq: number; readonly since: number }
}

type OfServer = { readonly resource: string }
/** A tool, by its digest or by its label. */
type OfTool = OfServer & { readonly tool: string }
type Pin = OfServer & {
  readonly tool: string
  readonly label: string
  readonly fingerprint: string
}

/** The statements. */
export interface PinStatements {
  /** The pins of an owner and the approvals. */
  readonly read: Statement<
    OfServer & { readonly owner: string },
    { readonly owner: string; readonly tool: string; readonly fingerprint: string }
  >
  /** Adds a pin, if the tool has none and the owner has not too many. */
  readonly add: Statement<Pin & { readonly owner: string }>
  /** Notes a change, if it is not noted and the server has not too many. */
  readonly note: Statement<Pin & { readonly since: number }>
  readonly servers: Statement<Record<never, never>, PinnedServer>
  readonly changes: Statement<Record<never, never>, SeenChange>
  readonly dropApproval: Statement<OfTool>
  /** Makes an approval of a change. */
  readonly approve: Statement<OfTool & { readonly fingerprint: string }>
  readonly dropPins: Statement<OfServer>
  readonly dropChanges: Statement<OfServer>
  readonly dropPinsOfTool: Statement<OfTool>
  readonly dropChangesOfTool: Statement<OfTool>
}

const RESOURCE = place<string>('resource')
const OWNER = place<string>('owner')

/** Compiles the statements. */
export function pinStatements(db: Kysely<PinTables>): PinStatements {
  return { ...pinningStatements(db), ...reviewStatements(db) }
}

/** What happens while tools are listed. */
function pinningStatements(db: Kysely<PinTables>): Pick<PinStatements, 'read' | 'add' | 'note'> {
  const pins = db
    .selectFrom('tool_pin')
    .where('resource', '=', RESOURCE)
    .where('owner', '=', OWNER)
    .select(({ fn }) => fn.countAll<number>().as('count'))
  const changes = db
    .selectFrom('tool_change')
    .where('resource', '=', RESOURCE)
    .select(({ fn }) => fn.countAll<number>().as('count'))
  const columns = [
    textAt('resource').as('resource'),
    textAt('tool').as('tool'),
    textAt('label').as('label'),
    textAt('fingerprint').as('fingerprint'),
  ] as const
  return {
    read: statement(
      db
        .selectFrom('tool_pin')
        .select(['owner', 'tool', 'fingerprint'])
        .where('resource', '=', RESOURCE)
        .where((where) => where.or([where('owner', '=', OWNER), where('owner', '=', EVERYONE)])),
    ),
    add: statement(
      db
        .insertInto('tool_pin')
        .columns(['resource', 'tool', 'label', 'fingerprint', 'owner'])
        .expression(
          db
            .selectNoFrom([...columns, textAt('owner').as('owner')])
            .where(pins, '<', sql.lit(MAX_PINS)),
        )
        .onConflict((conflict) => conflict.doNothing()),
    ),
    note: statement(
      db
        .insertInto('tool_change')
        .columns(['resource', 'tool', 'label', 'fingerprint', 'since'])
        .expression(
          db
            .selectNoFrom([
              ...columns,
              sql<number>`cast(${place<number>('since')} as double precision)`.as('since'),
            ])
            .where(changes, '<', sql.lit(MAX_CHANGES)),
        )
        .onConflict((conflict) => conflict.doNothing()),
    ),
  }
}

/** What an operator does. */
function reviewStatements(db: Kysely<PinTables>): Omit<PinStatements, 'read' | 'add' | 'note'> {
  const change = db
    .selectFrom('tool_change')
    .select(['resource', 'tool', 'label', 'fingerprint', sql.lit(EVERYONE).as('owner')])
    .where('resource', '=', RESOURCE)
    .where(isTool())
    .where('fingerprint', '=', place<string>('fingerprint'))
  const pins = db.deleteFrom('tool_pin').where('resource', '=', RESOURCE)
  const changes = db.deleteFrom('tool_change').where('resource', '=', RESOURCE)
  return {
    servers: statement(
      db
        .selectFrom('tool_pin')
        .select(({ fn }) => [
          'resource',
          fn.count<number>('owner').distinct().as('owners'),
          fn.count<number>('tool').distinct().as('tools'),
        ])
        .where('owner', '<>', EVERYONE)
        .groupBy('resource')
        .orderBy('resource'),
    ),
    changes: statement(
      db
        .selectFrom('tool_change')
        .select(['resource', 'tool', 'label', 'fingerprint', 'since'])
        .orderBy('since')
        .orderBy('seq'),
    ),
    dropApproval: statement(pins.where('owner', '=', EVERYONE).where(isTool())),
    approve: statement(
      db
        .insertInto('tool_pin')
        .columns(['resource', 'tool', 'label', 'fingerprint', 'owner'])
        .expression(change),
    ),
    dropPins: statement(pins),
    dropChanges: statement(changes),
    dropPinsOfTool: statement(pins.where(isTool())),
    dropChangesOfTool: statement(changes.where(isTool())),
  }
}

/** The tool at the place `tool`, which has its digest or its label. */
function isTool(): Expression<SqlBool> {
  return sql<SqlBool>`(tool = ${textAt('tool')} or (label <> '' and label = ${textAt('tool')}))`
}

/** PostgreSQL takes a value without a type for nothing in particular. */
function textAt(name: string) {
  return sql<string>`cast(${place<string>(name)} as text)`
}
