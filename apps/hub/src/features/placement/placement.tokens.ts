export const PLACEMENT_STORE = Symbol('PlacementStore');
