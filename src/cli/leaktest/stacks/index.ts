// The targets that onbehalf brings along, by name.

import type { Target } from '../config/target.ts'
import { literal } from './literal.ts'
import { own } from './own.ts'

/** All of them. */
export const stacks: Readonly<Record<string, Target>> = { own, literal }
