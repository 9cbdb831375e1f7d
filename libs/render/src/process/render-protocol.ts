import type { KubeObject, ResolvedEntry, SourceReadFailure, TreeEntry } from '#domain';
import type { Result } from '#kernel';
import type { JailPlan } from '../jail.js';
import type { ProgramName } from '../render-programs.js';
import type { ClusterCapabilities, Rendered, RenderFailure, RenderLimits, RenderRequest, SourceLocation } from '../renderer.js';

/*
 * What the agent and the process that renders say to each other: frames of JSON, and frames of bytes where a message announces them. The process is
 * trusted with nothing: it is told what to render, asks for what it must read, and every word of it is judged (read-process-words.ts).
 */

/** The first and only order. */
export interface RenderOrder {
  readonly request: Omit<RenderRequest, 'helm'> & { readonly helm: Omit<RenderRequest['helm'], 'capabilities'> };
  readonly tree: { readonly commit: string; readonly rootTreeId: string };
  readonly limits: RenderLimits;
  /** Private to this render; the one place where the process may write. */
  readonly directory: string;
}

/** Questions, with what they are answered with: see SourceTree, and `program` for how kustomize and helm are started. */
export type Question =
  | { readonly what: 'list' | 'read' | 'entry' | 'resolve'; readonly path: string }
  | { readonly what: 'readMany'; readonly paths: readonly string[] }
  | { readonly what: 'capabilities' }
  | { readonly what: 'program'; readonly name: ProgramName };

export interface Answers {
  readonly list: Result<readonly TreeEntry[], SourceReadFailure>;
  readonly entry: Result<TreeEntry, SourceReadFailure>;
  readonly resolve: Result<ResolvedEntry, SourceReadFailure>;
  readonly capabilities: Result<ClusterCapabilities, { readonly message: string }>;
  readonly program: Result<JailPlan, RenderFailure>;
  /** Followed by so many frames of bytes, one for each file. */
  readonly read: Result<number, SourceReadFailure>;
  readonly readMany: Result<number, SourceReadFailure>;
}

export interface Answer {
  /** The number of the question. */
  readonly to: number;
  readonly answer: Answers[keyof Answers];
  readonly files: number;
}

/** What the process says. Objects come in several pieces, then the end. */
export type ProcessWord =
  | { readonly say: 'READY' }
  | { readonly say: 'ASK'; readonly id: number; readonly question: Question }
  | { readonly say: 'OBJECTS'; readonly objects: readonly KubeObject[]; readonly sources: readonly (SourceLocation | null)[] }
  | { readonly say: 'RENDERED'; readonly renderer: Rendered['renderer'] }
  | { readonly say: 'FAILED'; readonly failure: RenderFailure }
  /** An error that is nobody's manifest: `at` names functions and columns of the bundle, no message, which may quote what was read. */
  | { readonly say: 'BROKE'; readonly at: string };

/** Of one frame of questions and failures. */
export const MAX_WORD_BYTES = 2 * 1024 * 1024;
/** About so much JSON goes into one frame of objects. */
export const OBJECTS_FRAME_BYTES = 256 * 1024;
