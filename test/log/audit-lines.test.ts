// The audit as lines on a stream: nothing is done before its line is written.

import { expect, it } from 'vitest'
import type { AuditEvent } from '../../src/core/audit.ts'
import { auditLines } from '../../src/log/index.ts'

const event = (trace: string): AuditEvent => ({ time: 1, hop: 'door', outcome: 'allowed', trace })

/** A stream that writes when it is told to. */
function heldStream() {
  const writes: { readonly text: string; done(error?: Error | null): void }[] = []
  return {
    writes,
    write: (text: string, done: (error?: Error | null) => void) => writes.push({ text, done }),
  }
}

it('writes the events of one moment in one go, each as one line', async () => {
  const stream = heldStream()
  const audit = auditLines(stream)
  const records = [audit.record(event('1')), audit.record(event('2'))]
  await expect.poll(() => stream.writes.length).toBe(1)
  const lines = stream.writes[0]?.text.trimEnd().split('\n') ?? []
  expect(lines.map((line) => JSON.parse(line).audit.trace)).toEqual(['1', '2'])
  stream.writes[0]?.done()
  await Promise.all(records)
  void audit.record(event('3'))
  await expect.poll(() => stream.writes.length).toBe(2)
})

it('is done when the line is written, and not before', async () => {
  const stream = heldStream()
  let isDone = false
  const record = Promise.resolve(auditLines(stream).record(event('1'))).then(() => {
    isDone = true
  })
  await expect.poll(() => stream.writes.length).toBe(1)
  expect(isDone).toBe(false)
  stream.writes[0]?.done()
  await record
})

it('fails each event of a line that could not be written', async () => {
  const stream = heldStream()
  const audit = auditLines(stream)
  const records = Promise.allSettled([audit.record(event('1')), audit.record(event('2'))])
  await expect.poll(() => stream.writes.length).toBe(1)
  stream.writes[0]?.done(new Error('full'))
  expect((await records).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
