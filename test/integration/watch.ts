// A viewer inside the test's process: without one a conversation's clock stands still.
import type { LiveConversation } from '../../server/session/index.ts';
import type { TestServer } from '../browser/whole-server.ts';

/** Watches a conversation until it closes. */
export async function watch(server: TestServer, id: string): Promise<LiveConversation> {
  const conversation = server.app.host.get(id) as LiveConversation;
  await conversation.openSink({ onPacket: () => undefined });
  return conversation;
}
