/** What metadata consists of. */
export const METADATA_FIELDS = [
  'name', 'namespace', 'generateName', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields', 'uid', 'resourceVersion', 'generation', 'creationTimestamp',
  'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink',
];
