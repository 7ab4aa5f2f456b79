// Quarantine: one server's reflection mark, made when a credential comes back from it, and what the binding says follows. It removes nothing;
// the redactor does.

import type { Binding } from '../../core/binding.ts'
import type { ReflectionMarks } from '../../core/carry/reflection-marks.ts'
import type { RefusalReason } from '../../core/errors.ts'

/** What one server's mark means for the calls to it. Share one among all runs: what could not be written is remembered here. */
export interface Quarantine {
  /** A credential came back. */
  reflected(): void
  /** Why nothing may go to the server now; undefined when it may. */
  refusal(): Promise<RefusalReason | undefined>
}

/** Options of {@link createQuarantine}. */
export interface QuarantineOptions {
  readonly binding: Binding
  readonly marks: ReflectionMarks
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Makes the quarantine of one server. Marks that cannot be read or written refuse too, where the binding says `quarantine`. */
export function createQuarantine({ binding, marks, now }: QuarantineOptions): Quarantine {
  const { resource, onReflection } = binding
  let writing: Promise<void> = Promise.resolve()
  let owed = false

  async function write(): Promise<void> {
    try {
      await marks.mark(resource, now())
    } catch {
      owed = true
    }
  }

  function mark(): void {
    owed = false
    writing = writing.then(write)
  }

  return {
    reflected: mark,
    async refusal() {
      if (onReflection === 'redact') return undefined
      if (owed) mark()
      // A call that begins while a mark is being written is one of those that it is there for.
      await writing
      if (owed) return 'server_unreachable'
      return marks.isMarked(resource).then(
        (marked) => (marked ? 'server_quarantined' : undefined),
        () => 'server_unreachable',
      )
    },
  }
}
