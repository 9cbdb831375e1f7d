import { featuresOf } from '#domain';
import { Order as WireOrder } from './generated/capstan/agent/v1/order.js';
import { decodeOrder } from './order-wire.js';
import { decoding } from './wire-failure.js';

/**
 * The capabilities that an agent needs to follow the order in these bytes: those that it lists, of which this build may know nothing, and those of what it
 * says, which hubs did not always list. Bytes that do not read need none: the agent refuses them itself.
 */
export function requiredFeatures(bytes: Uint8Array): readonly string[] {
  const listed = decoding('order', () => WireOrder.decode(bytes).requires);
  const order = decodeOrder(bytes);
  return [...new Set([...(listed.ok ? listed.value : []), ...(order.ok ? featuresOf(order.value) : [])])];
}
