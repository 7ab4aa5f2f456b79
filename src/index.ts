// onbehalf: lets an AI agent act as the signed-in user. createOnBehalf, the doors, and the public
// types.

export type { ActFor, AwayWork } from './act-for.ts'
export type { AnswerInNameOf } from './answer-as.ts'
export type { AskedResource } from './app-doors.ts'
export type { Caller } from './caller.ts'
export type { Consents, NewConsent } from './consents.ts'
export {
  type AuditEvent,
  type Auditor,
  type AuditorOptions,
  type AuditSink,
  createAuditor,
  type Hop,
} from './core/audit.ts'
export type {
  ArgumentParameter,
  ArgumentValue,
  Binding,
  BindingInput,
  ChildProcess,
  LeftParameter,
  Placement,
  Source,
} from './core/binding.ts'
export type { ApprovedCall, CallPolicy, EndOfCall, PolicyCall } from './core/call-policy.ts'
export type {
  ChildProcesses,
  ProcessRequest,
  ProcessStart,
  RunningProcess,
} from './core/carry/child-processes.ts'
export { memoryReflectionMarks } from './core/carry/memory-reflection-marks.ts'
export { memoryToolPins } from './core/carry/memory-tool-pins.ts'
export type { ReflectionMark, ReflectionMarks } from './core/carry/reflection-marks.ts'
export type {
  PinnedServer,
  SeenChange,
  ToolChange,
  ToolPin,
  ToolPinReview,
  ToolPins,
} from './core/carry/tool-pins.ts'
export { Credential } from './core/credential.ts'
export {
  type Admission,
  type Admitted,
  createDoor,
  type Door,
  type DoorOptions,
} from './core/door/door.ts'
export type {
  FreshenOptions,
  KeptSignIn,
  KeptSignIns,
  PresentedSignIn,
} from './core/door/kept-sign-in.ts'
export type { ProofVerifier } from './core/door/proof.ts'
export type { Presented } from './core/door/read-credential.ts'
export { AuthError, type Refusal, type RefusalReason, type Result } from './core/errors.ts'
export type { Issuer } from './core/issuer.ts'
export type { ModelFailure, ModelFailureKind } from './core/model-failure.ts'
export type { HopEnd, HopStart, HopUnderWay, ObservedHop, Observer } from './core/observe.ts'
export type {
  RequestToSign,
  Sign,
  SignedHeaders,
  SigningParts,
} from './core/placement/placement.ts'
export {
  type Actor,
  actorChain,
  type Principal,
  principalKey,
  samePrincipal,
} from './core/principal.ts'
export {
  canonicalResource,
  type ResourceMetadata,
  resourceMetadataResponse,
  resourceMetadataUrl,
} from './core/resource.ts'
export { sentenceFor } from './core/sentences.ts'
export type { EndedSignIn } from './core/sign-ins.ts'
export type {
  ClientCredentialsIssuer,
  ExchangeTarget,
  IssuedToken,
  ProofRequest,
  TokenExchanger,
} from './core/source/exchange.ts'
export type { ConsentRecord, ConsentStore } from './core/vault/consent-store.ts'
export { memoryConsentStore } from './core/vault/memory-consent-store.ts'
export { memorySecretStore } from './core/vault/memory-secret-store.ts'
export { memorySignInStore } from './core/vault/memory-sign-in-store.ts'
export { type MemoryVaultOptions, memoryVault } from './core/vault/memory-vault.ts'
export {
  DEPLOYMENT,
  type SecretKey,
  type SecretRecord,
  type SecretStore,
} from './core/vault/secret-store.ts'
export type { SignInRecord, SignInStore, WhichSignIns } from './core/vault/sign-in-store.ts'
export { type KeyChoice, type StaticKeys, staticKeys } from './core/vault/static-keys.ts'
export type { Deposit, Handle, Vault } from './core/vault/vault.ts'
export type { TokenVerifier, VerifiedToken } from './core/verify/verify.ts'
export type { MessageTransport } from './mcp/transport.ts'
export { createOnBehalf, type OnBehalf } from './on-behalf.ts'
export type { OnBehalfOptions } from './on-behalf-options.ts'
