// The quarantine of one server. A server that sends a credential back is marked; where the binding
// says `quarantine`, nothing more is sent to it. It removes nothing from answers; the redactor
// does.

import type { Binding } from '../../core/binding.ts'
import type { ReflectionMarks } from '../../core/carry/reflection-marks.ts'
import type { RefusalReason } from '../../core/errors.ts'
import type { Eventual } from '../../core/eventual.ts'

/**
 * The quarantine of one server. Share it among all runs: it remembers a mark that could not be
 * written.
 */
export interface Quarantine {
  /** Marks the server, because a credential came back. */
  reflected(): void
  /** Why nothing may go to the server now; undefined when it may. */
  refusal(): Eventual<RefusalReason | undefined>
}

/** Options of {@link createQuarantine}. */
export interface QuarantineOptions {
  readonly binding: Binding
  readonly marks: ReflectionMarks
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Makes the quarantine of one server. Where the binding says `quarantine`, calls are also refused
 * while the mark cannot be read or written.
 */
export function createQuarantine({ binding, marks, now }: QuarantineOptions): Quarantine {
  const { resource, onReflection } = binding
  let writing: Promise<void> = Promise.resolve()
  let isUnwritten = false

  async function write(): Promise<void> {
    try {
      await marks.mark(resource, now())
    } catch {
      isUnwritten = true
    }
  }

  function mark(): void {
    isUnwritten = false
    writing = writing.then(write)
  }

  async function markRefusal(): Promise<RefusalReason | undefined> {
    if (isUnwritten) mark()
    // A call that begins while the mark is being written must be refused too.
    await writing
    if (isUnwritten) return 'server_unreachable'
    return marks.isMarked(resource).then(
      (marked) => (marked ? 'server_quarantined' : undefined),
      () => 'server_unreachable',
    )
  }

  return {
    reflected: mark,
    refusal: () => (onReflection === 'redact' ? undefined : markRefusal()),
  }
}

/** Makes the lookup of each server's quarantine. All callers share it. */
export function quarantines(
  marks: ReflectionMarks,
  now: () => number,
): (binding: Binding) => Quarantine {
  const known = new Map<string, Quarantine>()
  return (binding) => {
    const quarantine = known.get(binding.name) ?? createQuarantine({ binding, marks, now })
    known.set(binding.name, quarantine)
    return quarantine
  }
}
