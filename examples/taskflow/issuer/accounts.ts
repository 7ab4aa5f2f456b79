// The two people of the demo. There are no passwords: everybody who reaches the sign-in page can
// choose one of the two.

/** A person who can sign in. */
export interface Person {
  /** The `sub` claim. */
  readonly subject: string
  /** The `name` claim. */
  readonly name: string
}

/** Everybody who can sign in. */
export const people: readonly Person[] = [
  { subject: 'alice', name: 'Alice' },
  { subject: 'bob', name: 'Bob' },
]

/** Gives the person with this subject, or undefined. */
export function findPerson(subject: unknown): Person | undefined {
  return people.find((person) => person.subject === subject)
}
