import { formatObjectRef, objectRefOf, type KubeObject } from './kube-object.js';

/** An annotation of the author that cannot be carried out. */
export interface AnnotationFault {
  readonly annotation: string;
  /** What is wrong with it and what it may say, as the rest of a sentence. */
  readonly problem: string;
}

const MAX_SHOWN = 80;

/** What a person reads of a fault: the object, the annotation and the way out. */
export function sayAnnotationFault(object: KubeObject, { annotation, problem }: AnnotationFault): string {
  return `${formatObjectRef(objectRefOf(object))}: ${annotation} ${problem}`;
}

/** A value of an annotation as a message shows it. */
export function quoteAnnotation(value: string): string {
  return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value);
}
