// A process that kills itself at one step of a change in its SQLite file. It writes three resumable
// answers at once and notes each event that a client was shown, in a file beside. Without a step to
// die at, it notes how many steps there were.
//
//   node killed-batch-child.ts <file> <step to die at, or 0>

import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import workerThreads from 'node:worker_threads'
import { openSqlite, sqliteRunStore, sqliteThreadStore } from '../../../src/store/index.ts'
import { begin, type Frame, steps } from '../../chatkit/resumable.ts'
import { testChat } from '../../chatkit/support.ts'

const [path = '', dieAt = '0'] = process.argv.slice(2)

/** Runs in the thread that writes, before its own code. Every call there is two steps. */
const COUNT = `
  const sqlite = require('node:sqlite')
  const threads = require('node:worker_threads')
  const steps = new Int32Array(threads.workerData.steps)
  function count() {
    if (Atomics.add(steps, 0, 1) + 1 === ${dieAt}) process.kill(process.pid, 'SIGKILL')
  }
  function counted(object, name) {
    const real = object[name]
    object[name] = function (...args) {
      count()
      const result = Reflect.apply(real, this, args)
      count()
      return result
    }
  }
  counted(sqlite.DatabaseSync.prototype, 'exec')
  counted(sqlite.StatementSync.prototype, 'run')
  counted(threads.parentPort, 'postMessage');
`

const counter = new SharedArrayBuffer(4)
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(code: string | URL, options: workerThreads.WorkerOptions = {}) {
    super(`${COUNT}${code}`, { ...options, workerData: { ...options.workerData, steps: counter } })
  }
}
syncBuiltinESMExports()

const database = openSqlite(path)
// The words of the last one are so long that they go from the journal into its log at once.
const answers = [steps(), steps(), steps('x'.repeat(40_000))]
const chat = testChat(
  (thread, userMessage, context) => {
    const answer = answers[Number(userMessage?.content[0]?.text)]
    if (!answer) throw new Error('There is no such answer')
    return answer.respond(thread, userMessage, context)
  },
  { store: sqliteThreadStore(database), runs: sqliteRunStore(database) },
)

function show(thread: string, { id, event }: Frame): void {
  appendFileSync(`${path}.shown`, `${JSON.stringify({ thread, id, event })}\n`)
}

await Promise.all(
  answers.map(async (answer, n) => {
    const { reader, first, thread } = await begin(chat, n === 0 ? 'bob' : 'alice', `${n}`)
    if (first) show(thread, first)
    for (let frame = await reader.next(); frame; frame = await reader.next()) {
      show(thread, frame)
      answer.say(1)
      if (frame.id?.endsWith('.10')) answer.finish()
    }
  }),
)
appendFileSync(`${path}.shown`, `${JSON.stringify({ steps: new Int32Array(counter)[0] })}\n`)
process.exit()
