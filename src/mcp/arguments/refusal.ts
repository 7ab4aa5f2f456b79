// The reasons why an argument binding refuses a tool or a call, and a sentence for each. They are
// no wire codes, and the sentences hold no values.

/** Every reason. The first group makes a tool unusable, the second ends one call. */
export type ArgumentRefusal =
  | 'schema_malformed'
  | 'schema_too_deep'
  | 'schema_too_large'
  | 'reference_remote'
  | 'reference_unsupported'
  | 'reference_unresolved'
  | 'reference_cyclic'
  | 'reference_recursive'
  | 'parameter_recursive'
  | 'parameter_unnameable'
  | 'pointer_malformed'
  | 'pointer_forbidden'
  | 'credential_mirrored'
  | 'annotation_invalid'
  | 'definition_too_deep'
  // one call
  | 'arguments_not_object'
  | 'arguments_too_deep'
  | 'arguments_too_large'
  | 'arguments_forbidden_member'
  | 'arguments_encoded'

/** Makes a refused `Result<T, ArgumentRefusal>`. `granted` makes the other kind. */
export function refuse(reason: ArgumentRefusal): {
  readonly ok: false
  readonly refusal: ArgumentRefusal
} {
  return { ok: false, refusal: reason }
}

/**
 * Says the reason in words, for the person who configures the server. No part of the sentence comes
 * from the server or the model.
 */
export function explain(reason: ArgumentRefusal): string {
  switch (reason) {
    case 'schema_malformed':
      return 'its input schema is no JSON Schema of an object'
    case 'schema_too_deep':
      return 'its input schema is nested too deeply'
    case 'schema_too_large':
      return 'its input schema is too large'
    case 'reference_remote':
      return 'its input schema refers to another document, which is never fetched'
    case 'reference_unsupported':
      return 'its input schema uses references that are no JSON pointers'
    case 'reference_unresolved':
      return 'its input schema has a reference that leads nowhere'
    case 'reference_cyclic':
      return 'its input schema has references that lead in a circle'
    case 'reference_recursive':
      return 'its input schema refers to itself through a hidden parameter'
    case 'parameter_recursive':
      return (
        'a parameter that looks like a credential or an identity is inside a recursive schema, ' +
        'so it may be at any number of places'
      )
    case 'parameter_unnameable':
      return (
        'a parameter that looks like a credential or an identity is at a place that no pointer ' +
        'can name'
      )
    case 'pointer_malformed':
      return 'a configured pointer is no JSON pointer to a parameter (RFC 6901)'
    case 'pointer_forbidden':
      return 'a configured pointer names a member that reaches into the prototype of objects'
    case 'credential_mirrored':
      return 'it asks for its credential to be repeated in clear in a header (x-mcp-header)'
    case 'annotation_invalid':
      return 'its x-mcp-header annotations break the rules of the protocol'
    case 'definition_too_deep':
      return 'its definition is nested too deeply'
    case 'arguments_not_object':
      return 'the arguments of the call are no object'
    case 'arguments_too_deep':
      return 'the arguments of the call are nested too deeply'
    case 'arguments_too_large':
      return 'the arguments of the call have too many members to be searched for hidden ones'
    case 'arguments_forbidden_member':
      return 'the arguments of the call have a member that reaches into the prototype of objects'
    case 'arguments_encoded':
      return (
        'the arguments of the call have JSON text where an object with a hidden parameter ' +
        'belongs'
      )
  }
}
