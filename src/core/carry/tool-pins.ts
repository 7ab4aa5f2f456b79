// The port for pins: the definitions of tools as they were first seen, so that a change is seen. A
// pin holds digests, and of the server's texts at most the name of a tool.

/** Tools of one server that are pinned for one owner. Another one is refused: no pin ever goes. */
export const MAX_PINS = 1_024
/** Changed definitions of one server that are noted for the operator. Others are refused as well. */
export const MAX_CHANGES = 256

/** The definition of one tool. */
export interface ToolPin {
  /** A digest of the tool's name. */
  readonly tool: string
  /** The tool's name, to be shown; empty where it is not fit to be stored. */
  readonly label: string
  /** A digest of the definition. */
  readonly fingerprint: string
}

/** A definition that was refused, because another one is pinned. */
export interface ToolChange extends ToolPin {
  /** Milliseconds since the epoch: when it was first seen. */
  readonly since: number
}

/**
 * The port. Every implementation must pass `test/core/carry/tool-pins-contract.ts`. Once a method of
 * a lasting store has answered, its change survives the end of the process.
 */
export interface ToolPins {
  /**
   * Gives the fingerprint that each tool of a server must have for an owner, by the digest of its
   * name. A definition that an operator approved takes the place of the owner's own pin.
   */
  read(owner: string, resource: string): Promise<ReadonlyMap<string, string>>
  /**
   * Pins tools, up to {@link MAX_PINS} for this owner and server. A tool that is pinned keeps its
   * pin. Of two pins for one tool, the first counts.
   */
  add(owner: string, resource: string, pins: readonly ToolPin[]): Promise<void>
  /** Notes refused definitions, up to {@link MAX_CHANGES} for this server. Each is noted once. */
  noteChanges(resource: string, changes: readonly ToolChange[]): Promise<void>
}

/** A changed definition of one server, as an operator sees it. */
export interface SeenChange extends ToolChange {
  readonly resource: string
}

/** A server with pins, as an operator sees it. */
export interface PinnedServer {
  readonly resource: string
  readonly owners: number
  readonly tools: number
}

/** What an operator decides. A tool is named by its label, or by the digest of its name. */
export interface ToolPinReview {
  /** How many tools are pinned for how many owners, by server. */
  servers(): Promise<readonly PinnedServer[]>
  /** Every change that was refused and not approved since, the oldest first. */
  changes(): Promise<readonly SeenChange[]>
  /**
   * Approves a changed definition, for every owner. Other definitions of the tool are refused.
   *
   * @returns Whether that change was noted.
   */
  approve(resource: string, tool: string, fingerprint: string): Promise<boolean>
  /**
   * Drops the pins, changes and approvals of a server, or of one of its tools. The definition that
   * is seen next is pinned.
   *
   * @returns How many pins were dropped.
   */
  clear(resource: string, tool?: string): Promise<number>
}
