// onbehalf/stdio: starts stdio servers as child processes, one for each person, with the person's
// credential in its environment or its arguments.

export {
  type ChildProcessesOptions,
  childProcesses,
  type OwnedProcesses,
  type ProcessLogEntry,
} from './child-processes.ts'
