// Adds tasks as fast as it can and prints the number of each one that was acknowledged, until it is
// killed. Run by kill.test.ts.

import { writeSync } from 'node:fs'
import { ALICE, testApi } from './harness.ts'

const t = await testApi({ database: process.argv[2] ?? '' })
for (;;) {
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const added = await t.send(ALICE, 'POST', '/tasks', { title: 'new', tags: ['a', 'b'] })
      const { id } = added.body.task
      writeSync(1, `added ${id}\n`)
      await t.send(ALICE, 'PATCH', `/tasks/${id}`, { status: 'completed' })
      writeSync(1, `completed ${id}\n`)
      if (id % 3 !== 0) return
      await t.send(ALICE, 'DELETE', `/tasks/${id}`)
      writeSync(1, `deleted ${id}\n`)
    }),
  )
}
