// The matrix notices every missing check. The wrapper lacks one check at a time, over an adapter
// that has none.

import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { memoryRunStore, memoryThreadStore, type ThreadStore } from '../../../src/chatkit/index.ts'
import type { OwnedThreads, ownedThreads } from '../../../src/chatkit/threads/owned-threads.ts'
import { type Principal, principalKey } from '../../../src/core/principal.ts'
import { PEOPLE, type RealDoor, realDoor } from '../real-door.ts'
import { REQUESTS, violationsOf, worldOf } from './matrix.ts'

/** The method whose check is missing, where a test has set one. */
const mutant = vi.hoisted(() => ({ method: '' }))

const OWNER = principalKey(PEOPLE.owner)

vi.mock('../../../src/chatkit/threads/owned-threads.ts', async (original) => {
  const real = await original<{ readonly ownedThreads: typeof ownedThreads }>()
  return {
    ownedThreads(store: ThreadStore, principal: Principal): OwnedThreads {
      const threads = real.ownedThreads(store, principal)
      const without = new Map(
        Object.entries(unchecked(store)).filter(([name]) => name === mutant.method),
      )
      return new Proxy(threads, {
        get(target, name) {
          const value: unknown = without.get(String(name)) ?? Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
})

/**
 * The checks that decide about an answer. These also make the checks of the other methods first:
 * `ownership.test.ts` looks at each method alone.
 */
function unchecked(
  store: ThreadStore,
): Pick<OwnedThreads, 'get' | 'list' | 'update' | 'delete' | 'attachment'> {
  return {
    get: (id) => store.thread(OWNER, id),
    list: (query) => store.threads(OWNER, query),
    update: (id, change) => store.updateThread(OWNER, id, change),
    delete: (id) => store.deleteThread(OWNER, id),
    attachment: (id) => store.attachment(OWNER, id),
  }
}

let door: RealDoor
beforeAll(async () => {
  door = await realDoor()
})

/** What is wrong with the wrapper without the check of one method. */
async function wrongWithout(method: string): Promise<string[]> {
  onTestFinished(() => {
    mutant.method = ''
  })
  const wrong: string[] = []
  for (const type of Object.keys(REQUESTS)) {
    mutant.method = ''
    const world = await worldOf({ store: memoryThreadStore(), runs: memoryRunStore() }, door)
    onTestFinished(() => world.close())
    mutant.method = method
    wrong.push(...(await violationsOf(type, world)))
  }
  return wrong
}

it.each(Object.keys(unchecked(memoryThreadStore())))(
  'the check of "%s" is missed when it is not there',
  async (method) => {
    const wrong = await wrongWithout(method)
    expect(wrong.filter((one) => !one.includes('the owner is answered'))).not.toEqual([])
  },
)
