import type { JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { kubeObjectOf } from '../json/kube-object-of.js';
import { customForm, withoutUnfitNulls } from '../kinds/custom-schema.js';
import { apiVersionOf, type ResourceType } from '../resources/resource-type.js';

/** How objects are shown in an answer: whole, or only their metadata. */
export type Representation = 'whole' | 'metadata';

/** What the Accept header asks for, or undefined when nothing of it can be served. The first acceptable one wins. */
export function negotiate(accept: string | undefined): Representation | undefined {
  if (accept === undefined || accept.trim() === '') return 'whole';
  for (const offer of accept.split(',').map((part) => part.trim())) {
    const [media = '', ...parameters] = offer.split(';').map((part) => part.trim());
    if (media !== 'application/json' && media !== '*/*' && media !== 'application/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'whole';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  return undefined;
}

/** The object in the version that was asked for. */
export function represent(type: ResourceType, object: KubeObject, representation: Representation): JsonObject {
  if (representation === 'metadata') return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
  return inVersion(type, object);
}

/** The object under another version of its kind, by the schema which that version has now: conversion `None`. */
export function inVersion(type: ResourceType, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(type);
  const named = object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  return type.custom === undefined ? named : kubeObjectOf(customForm(type.custom, withoutUnfitNulls(type.custom, named)));
}

export function representList(type: ResourceType, items: readonly KubeObject[], metadata: JsonObject, representation: Representation): JsonObject {
  const shown = items.map((item) => represent(type, item, representation));
  if (representation === 'metadata') return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: shown.length === 0 ? null : shown };
  return { kind: `${type.kind}List`, apiVersion: apiVersionOf(type), metadata, items: shown };
}
