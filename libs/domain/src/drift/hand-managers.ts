/** Names under which tools write that a person holds in the hand. Everything else is taken for a controller. */
const HANDS = /^(kubectl([-_].+)?|oc|k9s|curl|node-fetch|mozilla|lens|openlens|freelens|headlamp|dashboard|kubernetes-dashboard)$/i;

/** Whether a field manager is a person at work, as far as its name tells; nobody at all counts as one too: a field that was removed names no one. */
export function isByHand(manager: string | undefined): boolean {
  return manager === undefined || HANDS.test(manager);
}
