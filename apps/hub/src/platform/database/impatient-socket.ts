import { Socket } from 'node:net';

/**
 * A socket to PostgreSQL that is given up when nothing comes or goes for `silenceMs`, which must be longer than any statement may take. A cut
 * without a reset is otherwise told by nobody: the statement under way would be waited for as long as the process lives.
 */
export function impatientSocket(silenceMs: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMs, () => socket.destroy(Object.assign(new Error(`PostgreSQL said nothing for ${silenceMs} ms`), { code: 'ECONNABORTED' })));
  return socket;
}
