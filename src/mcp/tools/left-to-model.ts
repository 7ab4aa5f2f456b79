// What the operator leaves to the model in one tool.

import type { Binding } from '../../core/binding.ts'

/** It, as pointers into the tool's arguments. */
export interface LeftToModel {
  /** The places themselves. */
  readonly pointers: readonly string[]
  /** Places with everything below them. The empty pointer is the whole tool. */
  readonly subtrees: readonly string[]
}

/** Gives it. */
export function leftToModel(
  { leaveToModel }: Pick<Binding, 'leaveToModel'>,
  tool: string,
): LeftToModel {
  const own = leaveToModel.filter((one) => one.tool === undefined || one.tool === tool)
  return {
    pointers: own.map(({ pointer }) => pointer),
    subtrees: own.filter(({ subtree }) => subtree === true).map(({ pointer }) => pointer),
  }
}
