// An adopter: a fresh project outside the repository, with the packed onbehalf in it. No test lives
// here.

import type { Start } from '../issuers-real/program.ts'
import type { World } from './world.ts'

/** Where an adopter's project is, and what it is told. */
export interface Site {
  readonly folder: string
  readonly port: number
  readonly origin: string
  readonly env: Readonly<Record<string, string>>
}

/** A program of an adopter's. */
export type Program = Pick<Start, 'command' | 'args'>

/** What runs beside one project, such as an issuer that knows its address. */
export interface Beside {
  /** What the project is told of it. */
  readonly env: Readonly<Record<string, string>>
  /** What must hold in place of what holds for the apps of `apps/`. */
  readonly prove: () => Promise<string>
  readonly close: () => Promise<void>
}

/** A project. */
export interface Adopter {
  readonly name: string
  /** Files and folders of `apps/` that are copied, each with its name in the project. */
  readonly files: Readonly<Record<string, string>>
  readonly packages: Readonly<Record<string, string>>
  /** What it is told beside what all are, or otherwise. */
  readonly env?: (site: Site) => Readonly<Record<string, string>>
  readonly beside?: (site: Site) => Promise<Beside>
  /** What is run to its end before the start: a compiler, a bundler. */
  readonly build?: (site: Site) => readonly Program[]
  readonly start: (site: Site) => Program
  /** What must hold in place of what holds for the apps of `apps/`. */
  readonly prove?: (origin: string, world: World) => Promise<string>
  /** What must hold beside it. */
  readonly more?: (origin: string, world: World) => Promise<string>
}
