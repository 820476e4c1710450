// The microphones of a room: their packets go to the pipeline, each as what it was opened for, the avatar's voice or the visitor's.

import type { MediaRoom, MicrophoneUse } from '../media/index.ts';
import type { PipelineLine } from './pipeline-pool.ts';

export interface RoomMicrophonesHooks {
  post: PipelineLine['post'];
  /** A microphone was opened or closed; a visitor's perhaps in the middle of a word. */
  onChanged(use: MicrophoneUse, open: boolean): void;
}

/** Follows the microphones from now on until the room closes. */
export function followMicrophones(room: MediaRoom, { post, onChanged }: RoomMicrophonesHooks): void {
  room.on('microphoneStarted', (_, use) => {
    post({ type: use === 'listen' ? 'visitor-open' : 'microphone-open' });
    onChanged(use, true);
  });
  room.on('microphoneStopped', (_, use) => {
    onChanged(use, false);
    post({ type: use === 'listen' ? 'visitor-close' : 'microphone-close' });
  });
  room.on('microphonePacket', (packet, use) => {
    const copy = new Uint8Array(packet);
    post({ type: use === 'listen' ? 'visitor-packet' : 'microphone-packet', packet: copy }, [copy.buffer]);
  });
}
