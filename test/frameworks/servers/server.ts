// What every real server here is to the steps: a package that others wrote, a binding, and one call
// that reaches a backend.

import type { BindingInput } from 'onbehalf'
import type { Package } from './packages.ts'

/** The two people. */
export const PEOPLE = ['alice', 'bob'] as const
export type Person = (typeof PEOPLE)[number]

/** A request as the backend got it. Names of headers are in lower case. */
export interface Recorded {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Where things are in one run. */
export interface Place {
  /** The folder of the installed package. */
  readonly folder: string
  /** The backend's origin, on loopback. */
  readonly backend: string
  /** A port that is free for the server. */
  readonly port: number
}

/** A program that serves. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** The keys of a person, by the name of the source. */
export type Keys = Readonly<Record<string, string>>

/** One server, with its credential in one form. */
export interface RealServer {
  readonly name: string
  /** Where the credential is, in words. */
  readonly form: string
  readonly package: Package
  /** The program of a server over HTTP. Absent: a stdio server, which its binding starts. */
  readonly program?: (place: Place) => Program
  /** The path of a server over HTTP. Default `/mcp`. */
  readonly path?: string
  /** The transport HTTP+SSE of 2024-11-05, in place of Streamable HTTP. */
  readonly legacySse?: true
  /** What runs on the package was written here. */
  readonly isOurs?: true
  /** The server calls nobody. What it gets itself is recorded in its place. */
  readonly isBackend?: true
  /** The binding, without what all have. */
  readonly binding: (place: Place) => Omit<BindingInput, 'url' | 'resource' | 'source' | 'sources'>
  /** Names of further sources. */
  readonly sources?: readonly string[]
  /** What the framework sends beside the credential. */
  readonly headers?: (place: Place) => Readonly<Record<string, string>>
  /** The call. Its arguments name the person, so that the backend's request does too. */
  readonly call: (person: Person) => { name: string; arguments: Record<string, unknown> }
  /** The backend's answer. `echo` is all that the request had. */
  readonly answer?: (request: Recorded, echo: string) => unknown
  /** Texts that a request of this person at the backend must have, each as a header line or a body. */
  readonly arrives: (keys: Keys, person: Person) => readonly string[]
  /** The places that the audit names. */
  readonly places: readonly string[]
  /** The parameters that the model must not see. */
  readonly hidden?: readonly string[]
  /** Why no echo of the credential comes out of this server. Absent: one does, and is removed. */
  readonly noEcho?: string
}
