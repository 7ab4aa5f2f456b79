// What a schedule of faults came to: counted, and as one summary.

/** The counts. */
export interface Counts {
  /** Faults that were put in. */
  faults: number
  /** Calls that the API carried out. */
  calls: number
  /** What somebody was told, and is not so. */
  lost: number
  /** Calls that were carried out twice for one approval. */
  doubled: number
  /** Calls of which the person was told that it is not known whether they were made. */
  unknown: number
  /** Secrets that were found where none may be. */
  leaked: number
}

/** Counts faults and what they led to. */
export class Tally {
  readonly counts: Counts = { faults: 0, calls: 0, lost: 0, doubled: 0, unknown: 0, leaked: 0 }
  /** Faults by their kind, and how often each kind was put in in a process of its own. */
  readonly kinds = new Map<string, { faults: number; processes: number }>()
  /** What went wrong, for somebody who wants to see it again. */
  readonly problems: string[] = []

  /** A fault was put in. */
  fault(kind: string, how: 'here' | 'in a process' = 'here'): void {
    const known = this.kinds.get(kind) ?? { faults: 0, processes: 0 }
    known.faults += 1
    if (how === 'in a process') known.processes += 1
    this.kinds.set(kind, known)
    this.counts.faults += 1
  }

  /** Something went wrong. */
  wrong(what: 'lost' | 'doubled' | 'leaked', problem: string): void {
    this.counts[what] += 1
    this.problems.push(`${what}: ${problem}`)
  }

  /** Whether nothing went wrong. */
  get isGood(): boolean {
    const { lost, doubled, leaked } = this.counts
    return lost === 0 && doubled === 0 && leaked === 0
  }
}

/** The most problems that are shown. */
const MAX_PROBLEMS = 20

/** The summary, as lines. */
export function summaryOf({ counts, kinds, problems }: Tally, seconds: number): string {
  const processes = [...kinds.values()].reduce((sum, kind) => sum + kind.processes, 0)
  const lines = [...kinds].map(
    ([kind, { faults, processes: own }]) =>
      `  ${String(faults).padStart(6)}  ${kind}${own > 0 ? ` (${own} in a process of its own)` : ''}`,
  )
  const { faults, calls, lost, doubled, unknown, leaked } = counts
  return [
    'Faults by kind:',
    ...lines,
    ...problems.slice(0, MAX_PROBLEMS).map((problem) => `  ! ${problem}`),
    ...(problems.length > MAX_PROBLEMS ? [`  ! and ${problems.length - MAX_PROBLEMS} more`] : []),
    `faults injected ${faults} (${processes} real processes killed or starved, ${faults - processes} within this process), calls made ${calls}, ` +
      `lost ${lost}, doubled ${doubled}, unknown ${unknown}, leaked ${leaked}; ${Math.round(seconds)} s`,
  ].join('\n')
}
