// Why a tool of a list is refused, in words that the audit shows. None of them comes from the
// server.

import { type ArgumentRefusal, explain } from '../arguments/refusal.ts'
import type { ToolFault } from './mend-tool.ts'

/** Every reason. */
export type ToolRefusal =
  | ArgumentRefusal
  | ToolFault
  /** It asks for a credential or an identity that is neither bound nor left to the model. */
  | 'parameter_unbound'
  /** Its definition is another one than the pinned one: `onbehalf pins` approves it. */
  | 'definition_changed'
  /** As many of the server's tools are pinned for this person as may be. */
  | 'pins_full'
  /** The pins could not be read or written. */
  | 'pins_unavailable'
  /** The budget of steps for the whole list was spent before it, or too many tools are known. */
  | 'list_too_large'
  /** A template of resources that is not read, because of its length. */
  | 'template_too_long'

/**
 * Says the reason in words. No part of them comes from the server.
 */
export function explainTool(why: ToolRefusal): string {
  switch (why) {
    case 'not_a_tool':
      return 'it has no name'
    case 'name_too_long':
      return 'its name is too long'
    case 'parameter_unbound':
      return 'it asks for a credential or an identity as a parameter'
    case 'definition_changed':
      return 'its definition has changed since it was first used'
    case 'pins_full':
    case 'pins_unavailable':
      return 'whether its definition has changed cannot be known'
    case 'template_too_long':
      return 'it is too long'
    case 'list_too_large':
      return 'the server lists too many tools'
    default:
      return explain(why)
  }
}
