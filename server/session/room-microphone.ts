// The microphone of a room: its packets go to the pipeline as the avatar's voice or as the visitor's, each microphone by
// what it was opened for.

import type { MediaRoom } from '../media/index.ts';
import type { PipelineLine } from './pipeline-pool.ts';
import type { MicrophoneUse } from './types.ts';

export interface RoomMicrophoneHooks {
  post: PipelineLine['post'];
  /** A visitor's microphone was closed, perhaps in the middle of a word. */
  onListenStopped(): void;
}

export class RoomMicrophone {
  /** What the microphone that is produced next is for. */
  use: MicrophoneUse = 'speak';

  constructor(room: MediaRoom, { post, onListenStopped }: RoomMicrophoneHooks) {
    /** The microphone that is open keeps its use, whatever the next one is for. */
    let open: MicrophoneUse = 'speak';
    room.on('microphoneStarted', () => {
      open = this.use;
      post({ type: open === 'listen' ? 'visitor-open' : 'microphone-open' });
    });
    room.on('microphoneStopped', () => {
      if (open === 'listen') onListenStopped();
      post({ type: open === 'listen' ? 'visitor-close' : 'microphone-close' });
    });
    room.on('microphonePacket', (packet) => {
      const copy = new Uint8Array(packet);
      post({ type: open === 'listen' ? 'visitor-packet' : 'microphone-packet', packet: copy }, [copy.buffer]);
    });
  }
}
