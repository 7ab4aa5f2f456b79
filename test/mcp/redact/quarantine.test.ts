// The quarantine of one server, with marks that fail and marks that are slow.

import { describe, expect, it } from 'vitest'
import type { Binding } from '../../../src/core/binding.ts'
import { memoryReflectionMarks } from '../../../src/core/carry/memory-reflection-marks.ts'
import type { ReflectionMarks } from '../../../src/core/carry/reflection-marks.ts'
import { parseBinding } from '../../../src/core/parse-binding.ts'
import { createQuarantine } from '../../../src/mcp/redact/quarantine.ts'
import { deferred, MCP } from '../../core/parts.ts'

function quarantineOver(
  changes: Partial<ReflectionMarks> = {},
  onReflection: Binding['onReflection'] = 'quarantine',
) {
  const marks = memoryReflectionMarks()
  const binding = parseBinding('tasks', { url: MCP, onReflection })
  return {
    marks,
    quarantine: createQuarantine({ binding, marks: { ...marks, ...changes }, now: () => 7 }),
  }
}

const down = async (): Promise<never> => {
  throw new Error('canary-of-the-database')
}

describe('the quarantine of a server', () => {
  it('refuses calls after a credential came back, until an operator clears the mark', async () => {
    const { quarantine, marks } = quarantineOver()
    expect(await quarantine.refusal()).toBeUndefined()
    quarantine.reflected()
    expect(await quarantine.refusal()).toBe('server_quarantined')
    expect(await marks.list()).toEqual([{ resource: MCP, since: 7 }])
    await marks.clear(MCP)
    expect(await quarantine.refusal()).toBeUndefined()
  })

  it('only marks the server when the binding asks for no more', async () => {
    const { quarantine, marks } = quarantineOver({}, 'redact')
    quarantine.reflected()
    expect(await quarantine.refusal()).toBeUndefined()
    await expect.poll(() => marks.isMarked(MCP)).toBe(true)
  })

  it('reads no marks when it does not act on them', async () => {
    const { quarantine } = quarantineOver({ isMarked: down, mark: down }, 'redact')
    quarantine.reflected()
    expect(await quarantine.refusal()).toBeUndefined()
  })

  it('makes a call wait while the mark is being written', async () => {
    const written = deferred<void>()
    const { quarantine, marks } = quarantineOver({
      async mark(resource, time) {
        await written.promise
        await marks.mark(resource, time)
      },
    })
    quarantine.reflected()
    const refusal = quarantine.refusal()
    written.resolve()
    expect(await refusal).toBe('server_quarantined')
  })

  it('refuses while the marks cannot be read', async () => {
    const { quarantine } = quarantineOver({ isMarked: down })
    expect(await quarantine.refusal()).toBe('server_unreachable')
  })

  it('refuses while a mark cannot be written, and writes it as soon as it can', async () => {
    let broken = true
    const { quarantine, marks } = quarantineOver({
      mark: (...mark) => (broken ? down() : marks.mark(...mark)),
    })
    quarantine.reflected()
    for (let call = 0; call < 3; call++)
      expect(await quarantine.refusal()).toBe('server_unreachable')
    broken = false
    expect(await quarantine.refusal()).toBe('server_quarantined')
    await marks.clear(MCP)
    expect(await quarantine.refusal()).toBeUndefined()
  })
})
