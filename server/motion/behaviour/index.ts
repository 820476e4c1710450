// What the training videos cannot teach, as a stated random process: when to blink, where to look, how to breathe, how a head
// wanders over longer than the clips' three seconds, how a listener nods and a singer keeps the beat.
// Everything follows from the seed and from what each frame is given, so a conversation can be made again, and nothing adds
// up over hours.

import type { ConversationState } from '../../types.ts';
import { type OwnVoiceFrame, SILENT_FRAME } from '../song/index.ts';
import { Beat } from './beat.ts';
import { Blinks } from './blinks.ts';
import { Breath } from './breath.ts';
import { Gaze } from './gaze.ts';
import { Listener } from './listener.ts';
import { type Pose, Posture } from './posture.ts';

/** Cues of one frame; the pose is added to the head's. */
export interface Cues extends Pose {
  /** 0 open to 1 shut. */
  blink: number;
  /** Iris offset over eye width, + to the image's right and down. */
  gazeX: number;
  gazeY: number;
  /** Added to gazeY after the model: with open eyes it follows a vertical look that it is told by a third only (measured). */
  glanceY: number;
  /** How far the brows are raised, 0 to 1. */
  browRaise: number;
}

/** Eyes open and straight, head and brows left to the model. */
export const AT_REST: Readonly<Cues> = {
  blink: 0,
  gazeX: 0,
  gazeY: 0,
  glanceY: 0,
  pitch: 0,
  yaw: 0,
  roll: 0,
  x: 0,
  y: 0,
  z: 0,
  browRaise: 0,
};

/** What is heard in a frame. */
export interface Heard {
  /** Loudness of the visitor's microphone, RMS in [0, 1]; 0 where nobody speaks. */
  visitorLevel: number;
  /** The avatar's own voice, two frames ahead of the picture. */
  own: OwnVoiceFrame;
}

/** Gives the cues of frames in their order: each call is the next frame. */
export interface Behaviour {
  next(state: ConversationState, heard?: Heard): Cues;
}

const NOTHING_HEARD: Heard = { visitorLevel: 0, own: SILENT_FRAME };
/** What a full breath does to the head: it rises with the shoulders, and the chin a little. */
const BREATH_PITCH_RAD = 0.004;
const BREATH_Y = 0.013;

export function createBehaviour(seed: number): Behaviour {
  const blinks = new Blinks(seed);
  const gaze = new Gaze(seed);
  const posture = new Posture(seed);
  const breath = new Breath(seed);
  const listener = new Listener(seed);
  const beat = new Beat();
  return {
    next(state, { visitorLevel, own } = NOTHING_HEARD) {
      const blink = blinks.next(state);
      const look = gaze.next(state, blink);
      const pose = posture.next(state, look);
      const lift = breath.next(state, own);
      const answer = listener.next(state, visitorLevel);
      const time = beat.next(own);
      return {
        blink,
        gazeX: look.x,
        gazeY: look.dip,
        glanceY: look.y,
        pitch: pose.pitch + answer.pitch + time.pitch - BREATH_PITCH_RAD * lift,
        yaw: pose.yaw,
        roll: pose.roll + time.roll,
        x: pose.x,
        y: pose.y - BREATH_Y * lift,
        z: pose.z,
        browRaise: answer.browRaise,
      };
    },
  };
}
