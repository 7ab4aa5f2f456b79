import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { ALICE, testApi } from './harness.ts'

it('kill -9 loses no acknowledged task, and no change is without its audit entry', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'taskflow-kill-'))
  const database = join(folder, 'tasks.sqlite')
  const acknowledged: string[] = []
  try {
    for (const lines of [1, 17, 60, 143]) {
      const child = spawn(
        process.execPath,
        ['--conditions=onbehalf-source', join(import.meta.dirname, 'kill-child.ts'), database],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      const ended = once(child, 'exit')
      let seen = 0
      for await (const line of createInterface(child.stdout)) {
        acknowledged.push(line)
        seen += 1
        if (seen === lines) child.kill('SIGKILL')
      }
      expect(await ended).toEqual([null, 'SIGKILL'])
    }

    const done = (what: string) =>
      acknowledged.filter((line) => line.startsWith(what)).map((line) => Number(line.split(' ')[1]))
    const t = await testApi({ database })
    const stored = new Map<number, { status: string; title: string; tags: string[] }>()
    for (let offset = 0, total = 1; offset < total; offset += 200) {
      const { body } = await t.send(ALICE, 'GET', `/tasks?limit=200&offset=${offset}`)
      total = body.total
      for (const task of body.tasks) stored.set(task.id, task)
    }
    const entries: { action: string; task_id: number; id: number }[] = []
    for (let next: string | null = ''; next !== null; ) {
      const { body } = await t.send(ALICE, 'GET', `/audit?limit=200${next}`)
      entries.push(...body.entries)
      next = body.next_before === null ? null : `&before=${body.next_before}`
    }
    await t.api.close()

    expect(done('added').length).toBeGreaterThan(50)
    expect(new Set(done('added')).size).toBe(done('added').length)
    for (const id of done('completed'))
      if (id % 3 !== 0) expect(stored.get(id)?.status).toBe('completed')
    for (const id of done('deleted')) expect(stored.has(id)).toBe(false)

    const recorded = (action: string) =>
      new Set(entries.filter((entry) => entry.action === action).map((entry) => entry.task_id))
    const deleted = recorded('task.deleted')
    for (const id of done('added')) expect(stored.has(id) || deleted.has(id)).toBe(true)
    expect(
      [...recorded('task.created')].filter((id) => !deleted.has(id)).sort((a, b) => a - b),
    ).toEqual([...stored.keys()])
    for (const [id, task] of stored) {
      expect(task).toMatchObject({ title: 'new', tags: ['a', 'b'] })
      expect(recorded('task.updated').has(id)).toBe(task.status === 'completed')
    }
    expect(entries.map((entry) => entry.id)).toEqual(
      Array.from(entries, (_, index) => entries.length - index),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
