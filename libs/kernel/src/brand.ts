declare const brand: unique symbol;

/** A string or number that only its own parser or constructor may produce, so that a cluster id is never passed for a target id. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
