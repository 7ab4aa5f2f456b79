// Ends the servers when this process ends without a word: by SIGKILL, by a crash, by a signal that
// nobody handles. A small shell holds a pipe of ours. When the pipe breaks, it kills the groups that
// it was told of. It is told numbers, and nothing else.

import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'

/** Only what a POSIX shell has built in, as it has no PATH. */
const SCRIPT = `
trap '' HUP INT TERM
groups=
while read -r change group; do
  case $change in
    +) groups="$groups $group" ;;
    -) left=
       for one in $groups; do
         if [ "$one" != "$group" ]; then left="$left $one"; fi
       done
       groups=$left ;;
  esac
done
for one in $groups; do kill -s KILL -- "-$one" 2>/dev/null; done
exit 0
`

/** Watches over the process groups of one app. */
export interface Guardian {
  /** From now on, the group ends when this process does. */
  add(group: number): void
  /** The group has ended: its number may be another's soon. */
  remove(group: number): void
}

/** Makes a guardian. It runs a shell only while there are groups, and does nothing on Windows. */
export function groupGuardian(): Guardian {
  const groups = new Set<number>()
  let shell: ChildProcess | undefined

  function killAll(): void {
    for (const group of groups) killGroup(group, 'SIGKILL')
  }

  function start(): void {
    process.on('exit', killAll)
    if (process.platform === 'win32') return
    // A group of its own, so that what is sent to ours does not reach it.
    shell = spawn('/bin/sh', ['-c', SCRIPT], {
      detached: true,
      env: {},
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    // Without a shell, `killAll` is what is left.
    shell.on('error', () => {})
    shell.stdin?.on('error', () => {})
    // It must not keep this process alive.
    shell.unref()
    if (shell.stdin instanceof Socket) shell.stdin.unref()
  }

  return {
    add(group) {
      if (groups.size === 0) start()
      groups.add(group)
      shell?.stdin?.write(`+ ${group}\n`)
    },
    remove(group) {
      if (!groups.delete(group)) return
      shell?.stdin?.write(`- ${group}\n`)
      if (groups.size > 0) return
      process.off('exit', killAll)
      shell?.stdin?.end()
      shell = undefined
    },
  }
}

/** Sends a signal to a group of processes; on Windows, to its first process. */
export function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? group : -group, signal)
  } catch {
    // It has ended.
  }
}
